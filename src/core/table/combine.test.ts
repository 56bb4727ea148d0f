import { describe, expect, it } from 'vitest';
import { parsePlan } from '../evaluation/plan.ts';
import type { ResultRecord } from '../evaluation/record.ts';
import { aggregate } from './aggregate.ts';
import { combineRuns, type ComparableRun } from './combine.ts';

/** A run over ten dialogues whose supporters say `words`, scored around `score`. */
function run(name: string, words: string, score: number, turn = 1): ComparableRun {
  const plan = parsePlan({
    format: 'solace-lab-plan',
    version: 1,
    name,
    dataset: { name: words, source: `${words}.jsonl` },
    models: [{ kind: 'lab', id: 'm', name: 'M' }],
    representations: ['raw'],
  });
  const records = Array.from({ length: 10 }, (_, i): ResultRecord => {
    const f = score + i / 100;
    return {
      model: 'm',
      representation: 'raw',
      dialogue: `dialogue ${i + 1}`,
      turn,
      reference: `${words} ${i}`,
      hypothesis: 'Yes.',
      promptTokens: 9,
      leftOut: 0,
      nll: null,
      timing: null,
      scores: { rougeL: [f, f, f] },
    };
  });
  return { plan, records };
}
const table = (...runs: [ComparableRun, ...ComparableRun[]]) => {
  const { plan, records } = combineRuns(runs);
  return aggregate(plan, records, { machine: '', expected: records.length, resamples: 50 });
};

describe('combineRuns', () => {
  it('pairs the turns that two runs over one dataset share, wherever its file is', () => {
    const later = run('B', 'Rain', 0.3);
    const moved = { ...later, plan: { ...later.plan, dataset: { name: 'Rain', source: 'elsewhere.jsonl.gz' } } };
    const { dialogues, turns, tests } = table(run('A', 'Rain', 0.1), moved);
    expect({ dialogues, turns, of: tests.map(({ difference }) => difference.n) }).toEqual({
      dialogues: 10,
      turns: 10,
      of: [10],
    });
  });

  it('never pairs turns of two datasets whose dialogues have the same numbers', () => {
    const { dialogues, turns, tests } = table(run('A', 'Rain', 0.1), run('B', 'Snow', 0.3), run('C', 'Hail', 0.3, 2));
    expect({ dialogues, turns, tests }).toEqual({ dialogues: 30, turns: 30, tests: [] });
  });
});
