import { describe, expect, it } from 'vitest';
import { parsePlan } from '../response/plan.ts';
import type { ResultRecord } from '../response/record.ts';
import { aggregate } from './aggregate.ts';
import { summarySchema } from './summary.ts';

const plan = parsePlan({
  format: 'solace-lab-plan',
  version: 1,
  name: 'test',
  dataset: { name: 'made up', source: 'built-in' },
  models: [{ kind: 'lab', id: 'm', name: 'M' }],
  representations: ['raw', 'keypos'],
});

const record = (representation: 'raw' | 'keypos', i: number, changes: Partial<ResultRecord> = {}): ResultRecord => ({
  model: 'm',
  representation,
  dialogue: `d${i >> 1}`,
  turn: i,
  reference: 'You did what you could.',
  hypothesis: representation === 'raw' ? 'You did what you could.' : 'It may rain.',
  promptTokens: 10,
  leftOut: 0,
  nll: { sum: (representation === 'raw' ? 2 : 3) * 4, tokens: 4 },
  timing: { newTokens: 11, firstTokenMs: 1, decodeMs: 100, totalMs: 500 },
  scores: { rougeL: representation === 'raw' ? [1, 1, 1] : [0, 0, i / 100] },
  ...changes,
});

const records = (['raw', 'keypos'] as const).flatMap((each) => Array.from({ length: 20 }, (_, i) => record(each, i)));
const options = { machine: 'this one', expected: 40, resamples: 200 };

describe('aggregate', () => {
  it('gives each cell its values with intervals over dialogues', () => {
    const { cells, ...summary } = aggregate(plan, records, options);
    expect(summary).toMatchObject({ finished: true, records: 40, failed: 0, dialogues: 10, turns: 20, seconds: 20 });
    const [raw, keypos] = cells;
    expect(raw?.metrics['perplexity']?.value).toBeCloseTo(Math.exp(2), 9);
    expect(raw?.metrics['nltk_corpus_bleu4_method0']?.value).toBeCloseTo(1, 9);
    expect(keypos?.metrics['rougeL']).toMatchObject({ value: expect.closeTo(0.095, 9) as number, n: 20 });
    const { low = 1, high = 0 } = keypos?.metrics['rougeL'] ?? {};
    expect(low).toBeLessThan(0.095);
    expect(high).toBeGreaterThan(0.095);
    expect(raw?.tokensPerSecond).toBeCloseTo(100, 9);
  });

  it('tests the representations against the first and says so in words', () => {
    const { tests } = aggregate(plan, records, options);
    expect(tests.map(({ metric }) => metric)).toEqual(['perplexity', 'rougeL']);
    expect(tests[0]?.words).toMatch(/^Perplexity \(M\): keypos is higher than raw by 12\.70/);
    expect(tests[1]?.p).toBeLessThan(0.05);
  });

  it('has a cell for each history, tested against the first representation', () => {
    const { cells, tests } = aggregate(parsePlan({ ...plan, histories: [{ method: 'last', k: 4 }] }), [...records, ...records.map((each) => ({ ...each, representation: 'last-4' }))], { ...options, resamples: 20 });
    expect(cells.map(({ representation }) => representation)).toEqual(['raw', 'keypos', 'last-4']);
    expect(tests.map(({ a, b }) => `${a.representation} ${b.representation}`)).toContain('last-4 raw');
  });

  it('leaves failed turns out and says how many there are', () => {
    const failed = record('raw', 30, { error: 'No.', hypothesis: null, nll: null, promptTokens: null, timing: null, scores: {} });
    const summary = aggregate(plan, [...records, failed], options);
    expect(summary.failed).toBe(1);
    expect(summary.cells[0]?.records).toBe(20);
  });

  it('holds no text of a dataset or a model, and fits its schema, records or none', () => {
    const summary = aggregate(plan, records, options);
    expect(JSON.stringify(summary)).not.toMatch(/You did|may rain/);
    expect(summarySchema.parse(JSON.parse(JSON.stringify(summary)))).toEqual(JSON.parse(JSON.stringify(summary)));
    expect(aggregate(plan, [], options).cells[0]?.metrics).toEqual({});
  });
});
