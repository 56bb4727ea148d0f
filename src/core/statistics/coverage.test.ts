import { describe, expect, it } from 'vitest';
import { seededRandom } from '../random/xoshiro128.ts';
import { mean, quantile } from './descriptive.ts';
import { bootstrapInterval, pairedTest } from './resampling.ts';

const random = seededRandom(7);
/** Exponential with mean 1: as skewed as METEOR, or losses of a dialogue, are. */
const exponential = (): number => -Math.log(1 - random());
const draw = (count: number): number[] => Array.from({ length: count }, exponential);

/** How often the interval of the mean of `count` values contains the true mean, in percent. */
function coverage(count: number, limits: (values: number[]) => { low: number; high: number }): number {
  const samples = 400;
  let contained = 0;
  for (let i = 0; i < samples; i++) {
    const { low, high } = limits(draw(count));
    if (low <= 1 && 1 <= high) contained++;
  }
  return (100 * contained) / samples;
}

describe('the 95 % interval of a skewed mean', () => {
  // 400 samples: a standard error of 1.1 percent.
  it.each([
    [50, 92],
    [20, 90],
  ])('contains the true one as often as it says, with %i dialogues', (count, least) => {
    const share = coverage(count, (values) => bootstrapInterval(mean, values, { resamples: 300, seed: 3 }));
    expect(share).toBeGreaterThan(least);
    expect(share).toBeLessThan(97.5);
  });

  it('is wider than the percentiles, which miss it too often with 12 dialogues', () => {
    const percentiles = (values: number[]) => {
      const pick = () => values[Math.floor(random() * values.length)] ?? NaN;
      const drawn = Array.from({ length: 300 }, () => mean(values.map(pick)));
      return { low: quantile(drawn, 0.025), high: quantile(drawn, 0.975) };
    };
    const ours = coverage(12, (values) => bootstrapInterval(mean, values, { resamples: 300, seed: 3 }));
    expect(ours).toBeGreaterThan(coverage(12, percentiles) + 2);
  });
});

describe('the permutation test', () => {
  it('rejects one in twenty times where there is nothing', () => {
    let rejected = 0;
    for (let i = 0; i < 300; i++) {
      const test = pairedTest(mean, draw(30), draw(30), { resamples: 2, permutations: 200, seed: i });
      if (test.p < 0.05) rejected++;
    }
    // 15 expected; a standard deviation of 3.8.
    expect(rejected).toBeGreaterThan(4);
    expect(rejected).toBeLessThan(28);
  });
});
