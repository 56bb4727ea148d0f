import { describe, expect, it } from 'vitest';
import {
  changesMarkdown,
  perplexityCells,
  perplexityChanges,
  perplexityMarkdown,
  type DialogueLoss,
} from './perplexity-table.ts';

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

describe('perplexityChanges', () => {
  const higher = BASE.map((sum, i) => sum + (i % 2 === 0 ? 0.2 : 0));

  it('is the share by which a perplexity is higher on the same dialogues, with a narrow paired interval', () => {
    const [change] = perplexityChanges([...rows('base', BASE), ...rows('gpu', higher)], new Map([['gpu', 'base']]));
    expect(change).toMatchObject({ model: 'gpu', than: 'base', dialogues: 10 });
    expect(change?.change.value).toBeCloseTo(Math.exp(0.01) - 1, 10);
    expect(change?.change.low).toBeGreaterThan(0);
    expect(change?.change.high).toBeLessThan(Math.exp(0.02) - 1);
    expect(changesMarkdown(change ? [change] : []).split('\n')[2]).toMatch(
      /^\| gpu \| base \| test, raw \| 10 \| 1\.01 \[.*\] % \|$/,
    );
  });

  it('refuses to compare other dialogues', () => {
    const few = rows('gpu', higher.slice(1));
    expect(() => perplexityChanges([...rows('base', BASE), ...few], new Map([['gpu', 'base']]))).toThrow(/same pairs/);
  });
});
