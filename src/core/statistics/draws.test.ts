import { describe, expect, it } from 'vitest';
import { bootstrapIndices } from '../random/random.ts';
import { seededRandom } from '../random/xoshiro128.ts';
import { resamplesOf, swapsOf } from './draws.ts';

const rowsOf = (rows: Iterable<ArrayLike<number>>): number[][] => Array.from(rows, (row) => Array.from(row));

describe('draws', () => {
  it('are those of the seeded generator, row after row, the first time and again', () => {
    const random = seededRandom(7);
    const expected = Array.from({ length: 3 }, () => bootstrapIndices(5, random));
    const draws = { rows: 3, count: 5, seed: 7 };
    expect(rowsOf(resamplesOf(draws))).toEqual(expected);
    expect(rowsOf(swapsOf(draws))).not.toEqual(expected);
    expect(rowsOf(resamplesOf(draws))).toEqual(expected);
  });

  it('are the same where they are too many to keep', () => {
    const few = rowsOf(swapsOf({ rows: 4, count: 1000, seed: 2 }));
    const many = swapsOf({ rows: 4000, count: 1000, seed: 2 })[Symbol.iterator]();
    for (const row of few) expect(Array.from(many.next().value as ArrayLike<number>)).toEqual(row);
    expect(new Set(few.flat())).toEqual(new Set([0, 1]));
  });

  it('differ with the seed, and are none without items', () => {
    const [one, two] = [3, 4].map((seed) => rowsOf(resamplesOf({ rows: 2, count: 9, seed })));
    expect(one).not.toEqual(two);
    expect(rowsOf(swapsOf({ rows: 2, count: 0, seed: 1 }))).toEqual([[], []]);
  });
});
