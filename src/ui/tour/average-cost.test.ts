import { expect, it } from 'vitest';
import run from '../../../public/results/corpus-both-readings.json' with { type: 'json' };
import { AVERAGE } from './average-cost.ts';

it.each(['keypos', 'nostopwords'] as const)('what the tour says of %s is what the committed run measured', (id) => {
  const cell = run.cells.find(({ model, representation }) => model === 'solace' && representation === id);
  const ratio = (name: 'promptTokens' | 'perplexity'): number => {
    const metric = cell?.metrics[name];
    return metric && 'ratio' in metric ? metric.ratio.value : NaN;
  };
  expect(AVERAGE[id].saved).toBeCloseTo(1 - ratio('promptTokens'), 2);
  expect(AVERAGE[id].rise).toBeCloseTo(ratio('perplexity') - 1, 2);
  expect(AVERAGE.dialogues).toBe(run.dialogues);
});
