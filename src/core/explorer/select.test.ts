import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunVerdict } from '../judge/run-verdict.ts';
import { parseNumbers } from '../evaluation/numbers.ts';
import { explored, exploredNumbers } from './explored-record.ts';
import { turnKey } from '../evaluation/record.ts';
import { EVERY_TURN, JUDGED_STATES, type TurnQuery } from './query.ts';
import { RunIndex } from './run-index.ts';
import { selectRows } from './select.ts';
import { MADE_UP_LABELS, madeUpPlan, madeUpRecord, madeUpRecords, madeUpVerdict } from './testing/made-up-run.ts';

const indices = madeUpRecords.map(
  (records) => new RunIndex({ plan: madeUpPlan(), records: records.map(explored), labels: MADE_UP_LABELS }),
);
const orNull = <Value>(of: fc.Arbitrary<Value>) => fc.option(of, { nil: null });
const queries: fc.Arbitrary<TurnQuery> = fc.record({
  words: fc.constantFrom('', 'CAFE', 'hear you', '"hear you"', '"you hear"', 'grief dialogue'),
  models: fc.subarray(['base', 'tuned']),
  conditions: fc.subarray(['raw', 'keypos', 'nostopwords']),
  scene: orNull(fc.constantFrom('Grief', 'Job crisis')),
  strategy: orNull(fc.constantFrom('Question', 'Advice')),
  ranges: fc.array(
    fc.record({ measure: fc.constantFrom('rougeL', 'perplexity'), low: orNull(fc.nat(2)), high: orNull(fc.nat(3)) }),
    { maxLength: 2 },
  ),
  differ: fc.boolean(),
  failed: fc.boolean(),
  judge: fc.constant(null),
  judged: fc.constant(null),
  sort: orNull(
    fc.record({
      by: fc.constantFrom('rougeL', 'perplexity', 'scene', 'strategy', 'nothing'),
      descending: fc.boolean(),
    }),
  ),
});

describe('selectRows', () => {
  it('gives each row that every part of the query allows, once', () => {
    fc.assert(
      fc.property(indices, queries, (index, query) => {
        const parts: TurnQuery[] = [
          { ...EVERY_TURN, words: query.words },
          { ...EVERY_TURN, models: query.models },
          { ...EVERY_TURN, conditions: query.conditions },
          { ...EVERY_TURN, scene: query.scene },
          { ...EVERY_TURN, strategy: query.strategy },
          { ...EVERY_TURN, differ: query.differ },
          { ...EVERY_TURN, failed: query.failed },
          ...query.ranges.map((range) => ({ ...EVERY_TURN, ranges: [range] })),
        ];
        const allowed = parts.map((part) => new Set(selectRows(index, part)));
        const wanted = index.rows.filter((row) => allowed.every((rows) => rows.has(row)));
        const found = selectRows(index, query);
        expect(new Set(found)).toEqual(new Set(wanted));
        expect(found).toHaveLength(wanted.length);
      }),
    );
  });

  it('keeps the order of the plan, and sorts by a measure with missing values last, either way', () => {
    fc.assert(
      fc.property(indices, fc.boolean(), (index, descending) => {
        expect(selectRows(index, EVERY_TURN)).toEqual(index.rows);
        const found = selectRows(index, { ...EVERY_TURN, sort: { by: 'rougeL', descending } });
        const values = found.map(({ record }) => (record.failed ? undefined : record.scores['rougeL']));
        const defined = values.filter((value) => typeof value === 'number');
        expect(values.slice(0, defined.length)).toEqual(defined);
        expect(defined).toEqual([...defined].sort((a, b) => (descending ? b - a : a - b)));
        // Equal values keep the usual order.
        found.forEach((row, i) => {
          const next = found[i + 1];
          if (next && values[i] === values[i + 1]) expect(row.place).toBeLessThan(next.place);
        });
      }),
    );
  });

  it('finds words wherever a reader sees them, and phrases only as a whole', () => {
    const records = [
      madeUpRecord({ hypothesis: 'At the café, you said.', dialogue: 'dialogue 2' }),
      madeUpRecord({ turn: 3, reference: 'Break it up.' }),
      madeUpRecord({ turn: 5, hypothesis: null, error: 'It did not fit.' }),
    ];
    const index = new RunIndex({ plan: madeUpPlan(), records: records.map(explored), labels: MADE_UP_LABELS });
    const turns = (words: string) => selectRows(index, { ...EVERY_TURN, words }).map(({ record }) => record.turn);
    expect(turns('CAFE said')).toEqual([1]);
    expect(turns('grief')).toEqual([1]);
    expect(turns('break up')).toEqual([3]);
    expect(turns('"break up"')).toEqual([]);
    expect(turns('"it up"')).toEqual([3]);
    expect(turns('"break')).toEqual([3]);
    expect(turns('did not fit')).toEqual([5]);
  });

  it('tells turns whose replies differ between conditions of one model', () => {
    const index = new RunIndex({
      plan: madeUpPlan(),
      records: [
        madeUpRecord(),
        madeUpRecord({ representation: 'keypos', hypothesis: 'Go on.' }),
        madeUpRecord({ model: 'tuned' }),
        madeUpRecord({ model: 'tuned', representation: 'keypos' }),
      ].map(explored),
    });
    expect(selectRows(index, { ...EVERY_TURN, differ: true }).map(({ record }) => record.model)).toEqual([
      'base',
      'base',
    ]);
  });
});

describe('RunIndex', () => {
  it('orders turn by turn, dialogues by number', () => {
    const records = ['dialogue 10', 'dialogue 9'].flatMap((dialogue) => [
      madeUpRecord({ dialogue, model: 'tuned' }),
      madeUpRecord({ dialogue, representation: 'keypos' }),
      madeUpRecord({ dialogue }),
    ]);
    const index = new RunIndex({ plan: madeUpPlan(), records: records.map(explored) });
    expect(
      index.rows.map(({ record: { dialogue, model, representation } }) => [dialogue, model, representation]),
    ).toEqual(
      ['dialogue 9', 'dialogue 10'].flatMap((dialogue) => [
        [dialogue, 'base', 'raw'],
        [dialogue, 'base', 'keypos'],
        [dialogue, 'tuned', 'raw'],
      ]),
    );
  });

  it('reads published numbers: original replies come from the dataset, replies are told apart by their hashes', () => {
    const { reference, hypothesis, ...numbers } = madeUpRecord({ dialogue: 'dialogue 2', turn: 3 });
    const line = (representation: string, hypothesisHash: number | null) =>
      JSON.stringify({ ...numbers, representation, hypothesisHash, failed: hypothesisHash === null });
    const records = parseNumbers([line('raw', 1), line('keypos', 2), line('nostopwords', null)].join('\n'), 'test');
    expect(JSON.stringify(records)).not.toContain(reference.slice(0, 4) + (hypothesis ?? ''));
    const index = new RunIndex({ plan: madeUpPlan(), records: records.map(exploredNumbers), labels: MADE_UP_LABELS });
    const [first, , third] = index.rows;
    expect(first).toMatchObject({ scene: 'Grief', differs: true, strategies: ['Question'] });
    expect(first?.record).toMatchObject({ reference: 'Original reply 1 of 1.', hypothesis: null, withheld: true });
    expect(third?.record).toMatchObject({ failed: true, hypothesis: null });
    expect([...index.values('perplexity', null)]).toEqual([Math.exp(3), Math.exp(3), Number.NaN]);
    expect([...index.values('newTokens', null)].slice(0, 2)).toEqual([4, 4]);
  });

  it('takes the scores and states of the judge that is asked for, or of the latest', () => {
    const verdict = (judge: string, turn: number, fields: Partial<RunVerdict>): RunVerdict =>
      madeUpVerdict({ judge, turn, scores: null, ...fields });
    const all = (score: number) => ({
      scores: { engagement: score, comforting: score, appropriateness: score, suggestion: score },
    });
    const judge = (id: string) => ({ id, name: id, rounds: 2, begunAt: 0 });
    const index = new RunIndex({
      plan: madeUpPlan(),
      records: [1, 3, 5, 7, 9].map((turn) => explored(madeUpRecord({ turn }))),
      judgings: [
        { judge: judge('early'), verdicts: [verdict('early', 1, all(1))] },
        {
          judge: judge('late'),
          verdicts: [
            verdict('late', 1, all(4)),
            verdict('late', 1, { round: 1, refused: true }),
            verdict('late', 3, { refused: true }),
            verdict('late', 5, { unreadable: 3 }),
            verdict('late', 7, { error: 'It is too long.' }),
          ],
        },
      ],
    });
    expect([...index.values('judge_mean', null)].slice(0, 2)).toEqual([4, Number.NaN]);
    expect(index.values('judge_mean', 'early')[0]).toBe(1);
    const turnsJudged = JUDGED_STATES.map((judged) =>
      selectRows(index, { ...EVERY_TURN, judged }).map(({ record }) => record.turn),
    );
    expect(turnsJudged).toEqual([[1], [3], [5], [7], [9]]);
    expect(index.rows.map(({ record }) => turnKey(record))).toHaveLength(5);
  });
});
