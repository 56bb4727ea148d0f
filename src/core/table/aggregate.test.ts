import { describe, expect, it } from 'vitest';
import type { RunVerdict } from '../judge/run-verdict.ts';
import { conditionsOf, parsePlan } from '../evaluation/plan.ts';
import type { ResultRecord } from '../evaluation/record.ts';
import { numbersOf } from '../evaluation/numbers.ts';
import type { Provenance } from '../evaluation/provenance.ts';
import { holm } from '../statistics/holm.ts';
import { aggregate, aggregateNumbers } from './aggregate.ts';
import { baselineOf } from './cells.ts';
import { recordsCsv } from './csv.ts';
import { shareHtml } from './share-html.ts';
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
const options = { machine: 'this one', expected: 40, resamples: 200, permutations: 1000 };

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

  it('has an interval of distinct-n that contains its value, although every resample repeats texts', () => {
    const words = ['rain', 'work', 'sleep', 'home', 'winter', 'friend', 'music'];
    const varied = records.map((each) => ({
      ...each,
      hypothesis:
        `You miss ${words[each.turn % 7]} and ${words[(each.turn * each.turn) % 5]} in ` +
        `${'so '.repeat(each.turn % 3)}${each.turn}.`,
    }));
    for (const { metrics } of aggregate(plan, varied, options).cells) {
      const { value, low, high } = metrics['distinct1'] ?? { value: NaN, low: NaN, high: NaN };
      // By more than rounding: leaving out a dialogue changes the share.
      expect(low).toBeLessThan(value - 0.001);
      expect(high).toBeGreaterThan(value + 0.001);
    }
  });

  it('tests the compressions against the first and describes the result', () => {
    const { tests } = aggregate(plan, records, options);
    expect(tests.map(({ metric }) => metric)).toEqual(['perplexity', 'rougeL']);
    expect(tests[0]?.words).toMatch(/^Perplexity \(M\): KeyPOS is higher than Raw by 12\.70/);
    expect(tests[1]?.p).toBeLessThan(0.05);
  });

  it('gives no interval and no test if there can be none', () => {
    const few = records.filter(({ turn }) => turn < 8);
    const { cells, tests } = aggregate(plan, few, options);
    expect(new Set(few.map(({ dialogue }) => dialogue)).size).toBe(4);
    expect(cells[1]?.metrics['rougeL']).toMatchObject({ low: null, high: null, n: 8 });
    expect(tests).toEqual([]);
    // Ten identical dialogues say nothing about the spread of others.
    expect(aggregate(plan, records, options).cells[0]?.metrics['perplexity']).toMatchObject({ low: null, high: null });
    // Nor do replies without a common 4-gram, whose BLEU replaces 0 with tiny numbers that differ.
    const apart = records.map((each, i) => ({ ...each, hypothesis: `You rain${' falls'.repeat(1 + (i % 5))}` }));
    expect(aggregate(plan, apart, options).cells[0]?.metrics['nltk_corpus_bleu4_method0']).toMatchObject({
      low: null,
      high: null,
    });
    // Nor do those of unequal length, whose means differ in the last digits.
    const uneven = Array.from({ length: 30 }, (_, i) =>
      record('raw', i, { dialogue: `d${Math.floor(Math.sqrt(i))}`, scores: { rougeL: [0.1, 0.1, 0.1] } }),
    );
    expect(aggregate(plan, uneven, options).cells[0]?.metrics['rougeL']).toMatchObject({ low: null, high: null });
  });

  it('gives the same numbers whatever the order of the records', () => {
    const shuffled = records
      .map((each, i) => ({ each, key: (i * 7919) % 41 }))
      .sort((a, b) => a.key - b.key)
      .map(({ each }) => each);
    expect(shuffled).not.toEqual(records);
    const { cells, tests } = aggregate(plan, shuffled, options);
    expect({ cells, tests }).toEqual((({ cells, tests }) => ({ cells, tests }))(aggregate(plan, records, options)));
  });

  it('has a cell for each history, tested against the first compression', () => {
    const { cells, tests } = aggregate(
      parsePlan({ ...plan, histories: [{ method: 'last', k: 4 }] }),
      [...records, ...records.map((each) => ({ ...each, representation: 'last-4' }))],
      { ...options, resamples: 20 },
    );
    expect(cells.map(({ representation }) => representation)).toEqual(['raw', 'keypos', 'last-4']);
    expect(tests.map(({ a, b }) => `${a.representation} ${b.representation}`)).toContain('last-4 raw');
  });

  it('compares ways to spend a budget with the conversation cut off at the same budget', () => {
    const budget = (tokens: number, ...representations: ('raw' | 'keypos')[]) =>
      ({ method: 'budget', tokens, representations }) as const;
    const histories = [
      budget(64, 'raw'),
      budget(64, 'keypos'),
      budget(128, 'keypos'),
      { method: 'last', k: 4 } as const,
    ];
    const written = parsePlan({ ...plan, representations: ['raw'], histories });
    const conditions = conditionsOf(written).map(({ id }) => id);
    expect(conditions.slice(1).map((id) => baselineOf(written, { model: 'm', representation: id }))).toEqual(
      ['raw', 'budget-64-raw', 'raw', 'raw'].map((representation) => ({ model: 'm', representation })),
    );
    const { cells, tests } = aggregate(
      written,
      conditions.flatMap((representation, c) =>
        records
          .filter((each) => each.representation === 'raw')
          .map((each) => ({ ...each, representation, nll: { sum: 20 + c, tokens: 10 } })),
      ),
      { ...options, resamples: 20 },
    );
    expect(cells[2]?.metrics['perplexity']?.ratio?.value).toBeCloseTo(Math.exp(0.1), 9);
    expect(tests.map(({ a, b }) => `${a.representation} ${b.representation}`)).toContain(
      'budget-64-keypos budget-64-raw',
    );
  });

  it('gives ratios to the first condition, in the cells of the others', () => {
    const { cells } = aggregate(plan, records, options);
    expect(cells[0]?.metrics['rougeL']?.ratio).toBeUndefined();
    expect(cells[1]?.metrics['perplexity']?.ratio).toMatchObject({ value: expect.closeTo(Math.E, 9) as number, n: 20 });
    const { value = 0, low, high } = cells[1]?.metrics['rougeL']?.ratio ?? {};
    expect(value).toBeCloseTo(0.095, 9);
    expect(low).toBeLessThan(0.095);
    expect(high).toBeGreaterThan(0.095);
  });

  it('gives the same from published numbers, except for what needs the texts', () => {
    const texts = /corpus|distinct|length_ratio/;
    const whole = aggregate(plan, records, options);
    const cells = whole.cells.map((cell) => ({
      ...cell,
      metrics: Object.fromEntries(Object.entries(cell.metrics).filter(([name]) => !texts.test(name))),
    }));
    expect(aggregateNumbers(plan, records.map(numbersOf), options)).toEqual({ ...whole, cells });
  });

  it('lists what made the records, and numbers name it', () => {
    const provenance: Provenance = {
      lab: '0.2.0',
      commit: 'abc',
      engine: { id: 'transformers', package: 'onnxruntime-node', version: '1.30.0' },
      device: 'cpu',
      weights: { base: '0'.repeat(64) },
      tokenizer: '1'.repeat(64),
      data: '2'.repeat(64),
    };
    const made = records.map((each, i) => ({
      ...each,
      provenance: i < 30 ? provenance : { ...provenance, commit: 'def' },
    }));
    const summary = aggregate(plan, made, options);
    const [first, second] = summary.provenance ?? [];
    expect([first?.records, second?.records].sort()).toEqual([10, 30]);
    expect([first?.commit, second?.commit].sort()).toEqual(['abc', 'def']);
    expect(first).toMatchObject({ ...provenance, commit: first?.commit, models: ['m'] });
    expect(new Set(made.map((each) => numbersOf(each).origin))).toEqual(new Set([first?.id, second?.id]));
    expect(JSON.stringify(made.map(numbersOf))).not.toContain('onnxruntime');
    expect(summarySchema.parse(JSON.parse(JSON.stringify(summary)))).toEqual(JSON.parse(JSON.stringify(summary)));
    expect(aggregate(plan, records, options)).not.toHaveProperty('provenance');
    const [head = '', row = ''] = recordsCsv(made).split('\r\n');
    expect(head).toContain(',error,lab,commit,engine,device,weights,adapter,tokenizer,data,');
    expect(row).toContain(`,0.2.0,abc,transformers onnxruntime-node 1.30.0,cpu,${'0'.repeat(64)},,${'1'.repeat(64)},`);
    expect(shareHtml(plan, summary)).toContain('onnxruntime-node');
  });

  it('says what changes without the references that speak of the task', () => {
    expect(aggregate(plan, records, options).taskTalk).toBeUndefined();
    const reference = 'You need to press quit and take the survey, I cannot do it from my end.';
    const some = records.map((each) => (each.turn === 3 ? { ...each, reference } : each));
    expect(aggregate(plan, some, options).taskTalk).toMatchObject({ turns: 1, of: 20, changed: [] });
    // What only two references show is gone without them.
    const shown = records.map((each) =>
      each.turn < 14 && each.representation === 'keypos'
        ? { ...each, reference, nll: { sum: 80, tokens: 4 } }
        : each.turn < 14
          ? { ...each, reference }
          : { ...each, nll: { sum: 8, tokens: 4 } },
    );
    const { taskTalk } = aggregate(plan, shown, options);
    expect(taskTalk).toMatchObject({ turns: 14, of: 20 });
    expect(taskTalk?.movement).toBeGreaterThan(0.5);
    expect(taskTalk?.words).toMatch(/^14 of 20 references speak of the crowd-workers' task\./);
  });

  it('leaves out failed turns and counts them', () => {
    const failed = record('raw', 30, {
      error: 'No.',
      hypothesis: null,
      nll: null,
      promptTokens: null,
      timing: null,
      scores: {},
    });
    const summary = aggregate(plan, [...records, failed], options);
    expect(summary.failed).toBe(1);
    expect(summary.cells[0]?.records).toBe(20);
  });

  it('contains no text of a dataset or a model, and matches its schema, with records or without', () => {
    const summary = aggregate(plan, records, options);
    expect(JSON.stringify(summary)).not.toMatch(/You did|may rain/);
    expect(summarySchema.parse(JSON.parse(JSON.stringify(summary)))).toEqual(JSON.parse(JSON.stringify(summary)));
    expect(aggregate(plan, [], options).cells[0]?.metrics).toEqual({});
  });

  it('shows the scores of a judge, and describes its reliability', () => {
    const few = { ...options, resamples: 20 };
    const judge = { id: 'm', name: 'J', rounds: 2, begunAt: 0 };
    const given = (each: ResultRecord, round: number, changes: Partial<RunVerdict> = {}): RunVerdict => {
      const { model, representation, dialogue, turn } = each;
      const base = representation === 'raw' ? 3 : 1;
      return {
        judge: 'm',
        model,
        representation,
        dialogue,
        turn,
        round,
        scores: { engagement: base, comforting: base + 1, appropriateness: base, suggestion: base - round },
        refused: false,
        unreadable: 0,
        repaired: false,
        ...changes,
      };
    };
    const verdicts = records.flatMap((each) => [given(each, 0), given(each, 1)]);
    verdicts[0] = { ...(verdicts[0] as RunVerdict), scores: null, refused: true };
    verdicts[2] = { ...(verdicts[2] as RunVerdict), scores: null, unreadable: 3 };
    verdicts[4] = { ...(verdicts[4] as RunVerdict), repaired: true };
    const summary = aggregate(plan, records, { ...few, judging: { judge, verdicts } });
    const [raw, keypos] = summary.cells;
    expect(raw?.metrics['judge_comforting']).toMatchObject({ value: 4, low: null, high: null, n: 20 });
    expect(keypos?.metrics['judge_mean']?.value).toBeCloseTo(1.125, 9);
    expect(summary.tests.at(-1)).toMatchObject({ metric: 'judge_mean' });
    expect(summary.judge).toMatchObject({
      verdicts: 80,
      replies: 40,
      refused: 1,
      unreadable: 1,
      repaired: 1,
      failed: 0,
      deviation: expect.closeTo(Math.sqrt(0.03125), 9) as number,
    });
    expect(summary.judge?.words).toContain('of which 1 refused, 1 unreadable even when asked again');
    expect(summary.judge?.words).toContain('replies of its own');
    // Longer replies are those under Raw here, which have better scores.
    expect(summary.judge?.verbosity).toBeGreaterThan(0.9);
    expect(summarySchema.parse(JSON.parse(JSON.stringify(summary))).judge).toEqual(summary.judge);
    // Nothing else changes.
    const without = aggregate(plan, records, few);
    const cells = summary.cells.map((cell) => ({
      ...cell,
      metrics: Object.fromEntries(Object.entries(cell.metrics).filter(([name]) => !name.startsWith('judge_'))),
    }));
    const bare = (tests: typeof summary.tests) =>
      tests.map(({ metric, a, b, difference, p }) => ({ metric, a, b, difference, p }));
    const tests = summary.tests.filter(({ metric }) => metric !== 'judge_mean');
    expect({ ...summary, cells, tests: bare(tests), judge: undefined }).toEqual({
      ...without,
      tests: bare(without.tests),
    });
    // One more test in the table makes each of the others a little weaker.
    const adjusted = ({ tests: all }: typeof summary) => all.map((test) => test.adjusted);
    expect(adjusted(summary)).toEqual(holm(summary.tests.map(({ p }) => p)));
    expect(adjusted(without)).toEqual(holm(without.tests.map(({ p }) => p)));
    expect(summary.tests[0]?.words).toContain('after correction for 3 tests');
    expect('judge' in without).toBe(false);
  });
});
