import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recordKey } from '../evaluation/record.ts';
import { explored } from './explored-record.ts';
import { differencesOf, pairRuns } from './pairs.ts';
import { EVERY_TURN } from './query.ts';
import { RunIndex } from './run-index.ts';
import { selectRows } from './select.ts';
import { madeUpPlan, madeUpRecord, madeUpRecords } from './testing/made-up-run.ts';

const indexOf = (records: Parameters<typeof explored>[0][], models?: string[]) =>
  new RunIndex({ plan: madeUpPlan(models), records: records.map(explored) });

describe('pairRuns', () => {
  it('pairs a run with itself, reply by reply', () => {
    fc.assert(
      fc.property(madeUpRecords, (records) => {
        const run = indexOf(records);
        const partners = pairRuns(run, run);
        expect(partners.size).toBe(records.length);
        for (const row of run.rows) expect(partners.get(row.place)).toBe(row);
      }),
    );
  });

  it('pairs only replies of one condition, turn and original reply', () => {
    fc.assert(
      fc.property(madeUpRecords, madeUpRecords, (a, b) => {
        const [run, other] = [indexOf(a), indexOf(b)];
        const keys = new Set(a.map(recordKey));
        const named = b.some((record) => keys.has(recordKey(record)));
        for (const [place, { record }] of pairRuns(run, other)) {
          const { model, representation, dialogue, turn, reference } = run.rows[place]?.record ?? madeUpRecord();
          expect(record).toMatchObject({ model, representation, turn, reference });
          if (named) expect(record.dialogue).toBe(dialogue);
        }
      }),
    );
  });

  it('pairs the only models of two runs, and turns under other names by their original replies', () => {
    const run = indexOf([madeUpRecord({ dialogue: 'esconv.json line 3', reference: 'Unlike any other.' })], ['base']);
    const other = indexOf(
      [madeUpRecord({ model: 'tuned', dialogue: 'dialogue 3', reference: 'Unlike any other.' })],
      ['tuned'],
    );
    expect(pairRuns(run, other).get(0)?.record.dialogue).toBe('dialogue 3');
  });

  it('pairs nothing where the original replies contradict the names, or do not identify a turn', () => {
    const run = indexOf([madeUpRecord({ reference: 'Bye!' })]);
    expect(pairRuns(run, indexOf([madeUpRecord({ reference: 'Hello.' })])).size).toBe(0);
    const twice = ['dialogue 8', 'dialogue 9'].map((dialogue) => madeUpRecord({ dialogue, reference: 'Bye!' }));
    expect(pairRuns(run, indexOf(twice)).size).toBe(0);
  });
});

describe('differencesOf', () => {
  it('gives the other run minus this one, which turns can be sorted by', () => {
    const scored = (values: number[]) =>
      indexOf(values.map((rougeL, i) => madeUpRecord({ turn: i, scores: { rougeL } })));
    const [run, other] = [scored([0.5, 0.5, 0.5]), scored([0.75, 0.25])];
    const differences = differencesOf({ run, other, partners: pairRuns(run, other) }, 'rougeL', null);
    expect([...differences]).toEqual([0.25, -0.25, Number.NaN]);
    const sort = { by: 'difference', descending: false };
    expect(selectRows(run, { ...EVERY_TURN, sort }, differences).map(({ place }) => place)).toEqual([1, 0, 2]);
    expect(selectRows(run, { ...EVERY_TURN, sort }).map(({ place }) => place)).toEqual([0, 1, 2]);
  });
});
