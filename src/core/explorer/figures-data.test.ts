import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binLimits, binOf, distributionOf } from './distribution.ts';
import { explored } from './explored-record.ts';
import { RunIndex } from './run-index.ts';
import { scatterOf } from './scatter.ts';
import { slicesOf } from './slices.ts';
import { MADE_UP_LABELS, madeUpPlan, madeUpRecord, madeUpRecords } from './testing/made-up-run.ts';

const indices = madeUpRecords.map(
  (records) => new RunIndex({ plan: madeUpPlan(), records: records.map(explored), labels: MADE_UP_LABELS }),
);
const defined = (values: Float64Array) => [...values].filter((value) => !Number.isNaN(value));

describe('distributionOf', () => {
  it('counts every value once, each in the bin that holds it', () => {
    fc.assert(
      fc.property(indices, fc.constantFrom('rougeL', 'perplexity', 'newTokens'), (index, measure) => {
        const { groups, limits } = distributionOf(index, index.rows, measure, null);
        const values = defined(index.values(measure, null));
        expect(groups.reduce((sum, { n }) => sum + n, 0)).toBe(values.length);
        for (const { n, counts } of groups) expect(counts.reduce((sum, count) => sum + count, 0)).toBe(n);
        for (const value of values) {
          const bin = binOf(limits, value);
          expect(value).toBeGreaterThanOrEqual(limits[bin] ?? Infinity);
          expect(value).toBeLessThanOrEqual(limits[bin + 1] ?? -Infinity);
        }
      }),
    );
  });

  it('has rising limits on either scale, also for a single value', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        fc.boolean(),
        (low, span, logarithmic) => {
          const limits = binLimits([low, low + span], logarithmic, 4);
          expect(limits).toEqual([...limits].sort((a, b) => a - b));
          expect(limits[0]).toBeLessThanOrEqual(low);
          expect(limits[4]).toBeGreaterThanOrEqual(low + span);
        },
      ),
    );
  });

  it('gives quartiles of each condition', () => {
    const records = [1, 2, 3, 4, 5].map((turn) => explored(madeUpRecord({ turn, scores: { rougeL: turn } })));
    const index = new RunIndex({ plan: madeUpPlan(['base']), records });
    expect(distributionOf(index, index.rows, 'rougeL', null).groups).toMatchObject([
      { group: { name: 'Raw' }, n: 5, mean: 3, median: 3, lower: 2, upper: 4 },
    ]);
  });
});

describe('scatterOf', () => {
  it('counts every reply that has both measures, with links while they are few', () => {
    fc.assert(
      fc.property(indices, (index) => {
        const { groups } = scatterOf(index, index.rows, { x: 'rougeL', y: 'perplexity', judge: null });
        const [xs, ys] = [index.values('rougeL', null), index.values('perplexity', null)];
        const both = index.rows.filter(({ place }) => !Number.isNaN((xs[place] ?? 0) + (ys[place] ?? 0)));
        expect(groups.reduce((sum, { n }) => sum + n, 0)).toBe(both.length);
        expect(groups.flatMap(({ points }) => points.map(({ place }) => place)).every(Boolean)).toBe(true);
      }),
    );
  });

  it('counts many replies on a grid, losing none', () => {
    const records = Array.from({ length: 3000 }, (_, turn) =>
      explored(madeUpRecord({ turn, scores: { rougeL: turn % 100, nltk_meteor: turn % 7 } })),
    );
    const index = new RunIndex({ plan: madeUpPlan(), records });
    const [group] = scatterOf(index, index.rows, { x: 'rougeL', y: 'nltk_meteor', judge: null }).groups;
    expect(group?.points.length).toBeLessThanOrEqual(1600);
    expect(group?.points.reduce((sum, { count }) => sum + count, 0)).toBe(3000);
    expect(group?.points.every(({ place }) => place === null)).toBe(true);
  });
});

describe('slicesOf', () => {
  it('puts each turn into its scene, or into the slice of each of its strategies', () => {
    fc.assert(
      fc.property(indices, (index) => {
        const values = index.values('newTokens', null);
        const usable = index.rows.filter(({ place }) => !Number.isNaN(values[place] ?? Number.NaN));
        const count = (by: 'scene' | 'strategy') =>
          slicesOf(index, index.rows, 'newTokens', { by, judge: null, resamples: 2 }).slices.reduce(
            (sum, { groups }) => sum + groups.reduce((total, { value }) => total + value.n, 0),
            0,
          );
        expect(count('scene')).toBe(usable.length);
        expect(count('strategy')).toBe(usable.reduce((sum, { strategies }) => sum + Math.max(1, strategies.length), 0));
      }),
      { numRuns: 30 },
    );
  });

  it('gives the value of the table, with an interval from five dialogues on', () => {
    const records = [1, 4, 7, 10, 2, 5].map((d, i) =>
      explored(madeUpRecord({ dialogue: `dialogue ${d}`, scores: { rougeL: i } })),
    );
    const index = new RunIndex({ plan: madeUpPlan(['base']), records, labels: MADE_UP_LABELS });
    const { slices } = slicesOf(index, index.rows, 'rougeL', { by: 'scene', judge: null, resamples: 20 });
    expect(slices.map(({ name, dialogues }) => [name, dialogues])).toEqual([
      ['Job crisis', 4],
      ['Grief', 2],
    ]);
    expect(slices[0]?.groups[0]?.value).toMatchObject({ value: 1.5, low: null, n: 4 });
  });
});
