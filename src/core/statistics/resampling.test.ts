import { describe, expect, it } from 'vitest';
import { seededRandom } from '../random/xoshiro128.ts';
import { describeTest } from './describe-test.ts';
import { mean } from './descriptive.ts';
import { bootstrapInterval, jackknifeInterval, pairedTest } from './resampling.ts';

/** Reproducible pseudo-random numbers around `centre`. */
const sample = (count: number, centre: number, seed: number) => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => centre + random() - 0.5);
};

describe('bootstrapInterval', () => {
  it('is close to the normal interval of a mean', () => {
    const values = sample(400, 2, 3);
    const { value, low, high } = bootstrapInterval(mean, values, { seed: 5, resamples: 2000 });
    const deviation = Math.sqrt(mean(values.map((x) => (x - value) ** 2)));
    const half = (1.96 * deviation) / Math.sqrt(400);
    expect(low).toBeCloseTo(value - half, 2);
    expect(high).toBeCloseTo(value + half, 2);
  });

  it('is reproducible with a seed and NaN for an empty list', () => {
    const values = sample(30, 0, 1);
    expect(bootstrapInterval(mean, values)).toEqual(bootstrapInterval(mean, values));
    expect(bootstrapInterval(mean, [])).toEqual({ value: NaN, low: NaN, high: NaN });
  });
});

describe('jackknifeInterval', () => {
  it('is the normal interval of a mean', () => {
    const values = sample(400, 2, 3);
    const { value, low, high } = jackknifeInterval(mean, values);
    const deviation = Math.sqrt(values.reduce((sum, x) => sum + (x - value) ** 2, 0) / 399);
    expect(high - value).toBeCloseTo((1.96 * deviation) / 20, 9);
    expect(value - low).toBeCloseTo(high - value, 12);
  });

  it('contains the value of a share of distinct items, which a bootstrap misses', () => {
    const distinct = (items: readonly number[]) => new Set(items).size / items.length;
    const items = Array.from({ length: 60 }, (_, i) => (i * i) % 83);
    expect(bootstrapInterval(distinct, items).high).toBeLessThan(distinct(items));
    const { value, low, high } = jackknifeInterval(distinct, items);
    expect(value).toBe(distinct(items));
    expect(high - low).toBeGreaterThan(0.05);
    expect(high - low).toBeLessThan(0.5);
  });

  it('has no limits for fewer than two items', () => {
    expect(jackknifeInterval(mean, [3])).toEqual({ value: 3, low: NaN, high: NaN });
    expect(jackknifeInterval(mean, []).high).toBeNaN();
  });
});

describe('pairedTest', () => {
  const base = sample(200, 1, 11);

  it('finds a small shift of the same pairs', () => {
    const test = pairedTest(
      mean,
      base.map((value, i) => value + 0.05 + (i % 3) * 0.01),
      base,
    );
    expect(test.difference.value).toBeCloseTo(0.06, 2);
    expect(test.difference.low).toBeGreaterThan(0);
    expect(test.p).toBeLessThan(0.005);
    expect(describeTest({ metric: 'BLEU-2', a: 'KeyPOS', b: 'Raw' }, test)).toMatch(
      /^BLEU-2: KeyPOS is higher than Raw by 0\.060 /,
    );
    const lower = describeTest(
      { metric: 'BLEU-2', a: 'Raw', b: 'KeyPOS' },
      { difference: { value: -0.06, low: -0.09, high: -0.03 }, p: 0.001 },
    );
    expect(lower).toBe('BLEU-2: Raw is lower than KeyPOS by 0.060 (95 % interval 0.030 to 0.090, p = 0.001).');
  });

  it('finds no difference between a system and itself, or two of one kind', () => {
    expect(pairedTest(mean, base, base)).toEqual({
      difference: { value: 0, low: 0, high: 0 },
      ratio: { value: 1, low: 1, high: 1 },
      p: 1,
    });
    const test = pairedTest(mean, base, sample(200, 1, 12));
    expect(test.p).toBeGreaterThan(0.05);
    expect(describeTest({ metric: 'BLEU-2', a: 'A', b: 'B' }, test)).toContain(
      'no difference between A and B is shown',
    );
    const tiny = describeTest(
      { metric: 'BLEU-2', a: 'A', b: 'B' },
      { difference: { value: -1e-9, low: -0.0004, high: 2e-9 }, p: 0.5 },
    );
    expect(tiny).toContain('(0.000; 95 % interval 0.000 to 0.000,');
  });

  it('refuses results of different pairs', () => {
    expect(() => pairedTest(mean, [1], [1, 2])).toThrow(/same pairs/);
  });
});
