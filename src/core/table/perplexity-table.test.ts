import { describe, expect, it } from 'vitest';
import { perplexityCells, perplexityMarkdown, type DialogueLoss } from './perplexity-table.ts';

const rows = (model: string, sums: number[], representation: DialogueLoss['representation'] = 'raw'): DialogueLoss[] =>
  sums.map((sum, i) => ({ model, dataset: 'test', representation, dialogue: `${i}`, sum, tokens: 10 }));
const BASE = [30, 32, 28, 35, 31, 29, 33, 30, 34, 28];

describe('perplexityCells', () => {
  it('weighs tokens equally, with an interval over dialogues and a test against the first model', () => {
    const tuned = BASE.map((sum) => sum - 5);
    const [base, better] = perplexityCells([...rows('base', BASE), ...rows('tuned', tuned)]);
    expect(base?.perplexity.value).toBeCloseTo(Math.exp(3.1), 10);
    expect(base?.p).toBeUndefined();
    expect(better?.perplexity.value).toBeCloseTo(Math.exp(2.6), 10);
    expect(better?.perplexity.low).toBeLessThan(Math.exp(2.6));
    expect(better?.perplexity.high).toBeGreaterThan(Math.exp(2.6));
    expect(better?.p).toBeLessThan(0.01);
    expect(better).toMatchObject({ dialogues: 10, tokens: 100 });
  });

  it('refuses a model that lacks dialogues of the first one', () => {
    expect(() => perplexityCells([...rows('base', BASE), ...rows('tuned', [25])])).toThrow(/same pairs/);
  });

  it('compares models within a representation only', () => {
    const cells = perplexityCells([...rows('base', BASE), ...rows('base', [60, 61, 62], 'keypos')]);
    expect(cells.map(({ representation, dialogues, p }) => [representation, dialogues, p])).toEqual([
      ['raw', 10, undefined],
      ['keypos', 3, undefined],
    ]);
  });
});

describe('perplexityMarkdown', () => {
  it('has a row per model and a column per representation', () => {
    const cells = perplexityCells([...rows('base', BASE), ...rows('tuned', BASE), ...rows('base', BASE, 'keypos')]);
    const lines = perplexityMarkdown(cells).split('\n');
    expect(lines[0]).toBe('| test: 10 dialogues, 100 tokens | raw | keypos |');
    expect(lines[2]).toMatch(/^\| base \| 22\.20 \[\d+\.\d\d, \d+\.\d\d\] \| 22\.20 \[/);
    expect(lines[3]).toMatch(/^\| tuned \| 22\.20 \[.*\] \| {2}\|$/);
  });
});
