import { LabError } from '../error.ts';
import { bootstrapIndices } from '../random/random.ts';
import { seededRandom } from '../random/xoshiro128.ts';
import { quantile, sumOfSquares } from './descriptive.ts';

/** The value of a metric over some pairs' results; NaN if undefined. `mean`, or a corpus metric over counts. */
export type Statistic<Item> = (items: readonly Item[]) => number;

export interface ResamplingOptions {
  /** Seed; default 1. */
  seed?: number;
  /** Number of resamples; default 1,000. */
  resamples?: number;
}

/** A value with its 95 % interval. */
export interface Interval {
  value: number;
  low: number;
  high: number;
}

export interface PairedTest {
  /** A's value minus B's, with the 95 % bootstrap interval of the difference. */
  difference: Interval;
  /** Two-sided p-value of the hypothesis that the two systems' outputs are exchangeable. */
  p: number;
}

/**
 * A 95 % percentile bootstrap interval of `statistic` over the pairs' results. NaN without pairs.
 *
 * Reference: Efron (1979), "Bootstrap methods: another look at the jackknife"; Koehn (2004), "Statistical significance
 * tests for machine translation evaluation".
 */
export function bootstrapInterval<Item>(
  statistic: Statistic<Item>,
  items: readonly Item[],
  { seed = 1, resamples = 1000 }: ResamplingOptions = {},
): Interval {
  const random = seededRandom(seed);
  const values = Array.from({ length: resamples }, () =>
    statistic(bootstrapIndices(items.length, random).map((i) => items[i] as Item)),
  );
  return interval(statistic(items), values);
}

/**
 * A 95 % jackknife interval: the value ± 1.96 standard errors. For a statistic that repeated items bias, such as the
 * share of distinct n-grams, which a bootstrap underestimates. NaN limits for fewer than two items.
 *
 * Reference: Tukey (1958), "Bias and confidence in not quite large samples"; Efron and Tibshirani (1993), "An
 * introduction to the bootstrap", chapter 11.
 */
export function jackknifeInterval<Item>(statistic: Statistic<Item>, items: readonly Item[]): Interval {
  const value = statistic(items);
  const count = items.length;
  const without = items.map((_, left) => statistic(items.filter((__, i) => i !== left)));
  const margin = count < 2 ? Number.NaN : 1.96 * Math.sqrt(((count - 1) / count) * sumOfSquares(without));
  return { value, low: value - margin, high: value + margin };
}

/**
 * Compares two systems on the same pairs, result by result: a paired bootstrap interval of the difference, and a paired
 * permutation test that swaps the systems' results at random. Works for means and corpus metrics alike.
 *
 * Reference: Koehn (2004), as above; Riezler and Maxwell (2005), "On some pitfalls in automatic evaluation and
 * significance testing for MT" (approximate randomization, p = (extreme + 1) / (resamples + 1)).
 * @throws {LabError} `bad-data` when the systems have different numbers of results.
 */
export function pairedTest<Item>(
  statistic: Statistic<Item>,
  a: readonly Item[],
  b: readonly Item[],
  { seed = 1, resamples = 1000 }: ResamplingOptions = {},
): PairedTest {
  if (a.length !== b.length) {
    throw new LabError({
      code: 'bad-data',
      what: `A paired test needs the same pairs from both systems, but one has ${a.length} and the other ${b.length}.`,
      todo: 'Compare runs over the same dialogues.',
    });
  }
  const random = seededRandom(seed);
  const difference = statistic(a) - statistic(b);
  const differences = Array.from({ length: resamples }, () => {
    const indices = bootstrapIndices(a.length, random);
    return statistic(indices.map((i) => a[i] as Item)) - statistic(indices.map((i) => b[i] as Item));
  });
  // Sums in a different order differ in the last digits, which is not evidence.
  const threshold = Math.abs(difference) * (1 - 1e-12);
  let extreme = 0;
  for (let r = 0; r < resamples; r++) {
    const swap = a.map(() => random() < 0.5);
    const first = a.map((item, i) => (swap[i] ? (b[i] as Item) : item));
    const second = b.map((item, i) => (swap[i] ? (a[i] as Item) : item));
    if (Math.abs(statistic(first) - statistic(second)) >= threshold) extreme++;
  }
  return { difference: interval(difference, differences), p: (extreme + 1) / (resamples + 1) };
}

/**
 * Whether an interval has limits: not if there are too few values, nor if resamples never differ, so that the limits
 * are equal up to rounding. NLTK's BLEU without a common 4-gram is about 1e-155 instead of 0, which counts as one
 * value, too.
 */
export const hasLimits = ({ low, high }: Pick<Interval, 'low' | 'high'>): boolean =>
  high - low > Math.max(1e-12, 1e-9 * Math.max(Math.abs(low), Math.abs(high)));

function interval(value: number, resampled: number[]): Interval {
  const defined = resampled.filter((each) => !Number.isNaN(each));
  return { value, low: quantile(defined, 0.025), high: quantile(defined, 0.975) };
}
