import { LabError } from '../error.ts';
import { mean, quantile, sumOfSquares } from './descriptive.ts';
import { resamplesOf, swapsOf } from './draws.ts';
import { normalCdf, normalQuantile, studentQuantile } from './normal.ts';

/** The value of a metric over some pairs' results; NaN if undefined. `mean`, or a corpus metric over counts. */
export type Statistic<Item> = (items: readonly Item[]) => number;

/** So many that Holm's correction can still reject among 35 tests. */
const PERMUTATIONS = 10_000;

/** The smallest p-value of that many permutations, of which the observed one is one. */
export const leastP = (permutations = PERMUTATIONS): number => 1 / (permutations + 1);

export interface ResamplingOptions {
  /** Seed; default 1. */
  seed?: number;
  /** Number of bootstrap resamples; default 2,000. */
  resamples?: number;
  /** Number of permutations of a test; default `PERMUTATIONS`. */
  permutations?: number;
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
  /** A's value divided by B's, from the same resamples. */
  ratio: Interval;
  /** Two-sided p-value of the hypothesis that the two systems' outputs are exchangeable. */
  p: number;
}

/** A 95 % interval's share of a distribution that lies below its lower limit. */
const TAIL = 0.025;

/**
 * A 95 % bootstrap interval of `statistic` over the pairs' results: bias-corrected and accelerated, and widened for few
 * items, without which the limits of 12 to 50 items are too narrow. NaN without pairs.
 *
 * Reference: Efron (1987), "Better bootstrap confidence intervals"; Hesterberg (2015), "What teachers should know about
 * the bootstrap" (widening by Student's t); Koehn (2004), "Statistical significance tests for machine translation
 * evaluation".
 */
export function bootstrapInterval<Item>(
  statistic: Statistic<Item>,
  items: readonly Item[],
  { seed = 1, resamples = 2000 }: ResamplingOptions = {},
): Interval {
  const draws = resamplesOf({ rows: resamples, count: items.length, seed });
  const drawn = Array.from(draws, (indices) => statistic(pick(items, indices)));
  return accelerated(
    statistic(items),
    drawn,
    withoutEach(items.length, (indices) => statistic(pick(items, indices))),
  );
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
  const without = withoutEach(count, (indices) => statistic(pick(items, indices)));
  const margin = count < 2 ? Number.NaN : 1.96 * Math.sqrt(((count - 1) / count) * sumOfSquares(without));
  return { value, low: value - margin, high: value + margin };
}

/**
 * Paired 95 % bootstrap intervals, as `bootstrapInterval` computes them, of two systems' difference and ratio on the
 * same pairs.
 *
 * Reference: Koehn (2004), as above.
 * @throws {LabError} `bad-data` when the systems have different numbers of results.
 */
export function pairedIntervals<Item>(
  statistic: Statistic<Item>,
  a: readonly Item[],
  b: readonly Item[],
  { seed = 1, resamples = 2000 }: ResamplingOptions = {},
): Pick<PairedTest, 'difference' | 'ratio'> {
  if (a.length !== b.length) {
    throw new LabError({
      code: 'bad-data',
      what: `A paired test needs the same pairs from both systems, but one has ${a.length} and the other ${b.length}.`,
      todo: 'Compare runs over the same dialogues.',
    });
  }
  const both = (indices: ArrayLike<number>): [number, number] => [
    statistic(pick(a, indices)),
    statistic(pick(b, indices)),
  ];
  const whole: [number, number] = [statistic(a), statistic(b)];
  const drawn = Array.from(resamplesOf({ rows: resamples, count: a.length, seed }), both);
  const without = withoutEach(a.length, both);
  const interval = (of: (values: [number, number]) => number): Interval =>
    accelerated(of(whole), drawn.map(of), without.map(of));
  return {
    difference: interval(([left, right]) => left - right),
    ratio: interval(([left, right]) => left / right),
  };
}

/**
 * Compares two systems on the same pairs, result by result: `pairedIntervals`, and a paired permutation test that swaps
 * the systems' results at random. Works for means and corpus metrics alike.
 *
 * Reference: Riezler and Maxwell (2005), "On some pitfalls in automatic evaluation and significance testing for MT"
 * (approximate randomization, p = (extreme + 1) / (permutations + 1)).
 * @throws {LabError} `bad-data` when the systems have different numbers of results.
 */
export function pairedTest<Item>(
  statistic: Statistic<Item>,
  a: readonly Item[],
  b: readonly Item[],
  options: ResamplingOptions = {},
): PairedTest {
  const { difference, ratio } = pairedIntervals(statistic, a, b, options);
  const { seed = 1, permutations = PERMUTATIONS } = options;
  return {
    difference,
    ratio,
    p: permutationTest(statistic, [a, b], difference.value, { permutations, seed: seed ^ 0x5bd1e995 }),
  };
}

function permutationTest<Item>(
  statistic: Statistic<Item>,
  systems: [readonly Item[], readonly Item[]],
  difference: number,
  { permutations, seed }: { permutations: number; seed: number },
): number {
  // Sums in a different order differ in the last digits, which is not evidence.
  const threshold = Math.abs(difference) * (1 - 1e-12);
  let extreme = 0;
  const count = systems[0].length;
  const first = new Array<Item>(count);
  const second = new Array<Item>(count);
  for (const swaps of swapsOf({ rows: permutations, count, seed })) {
    for (let i = 0; i < count; i++) {
      // Indices, because no processor guesses a random branch.
      const swap = swaps[i] as 0 | 1;
      first[i] = systems[swap][i] as Item;
      second[i] = systems[(1 - swap) as 0 | 1][i] as Item;
    }
    if (Math.abs(statistic(first) - statistic(second)) >= threshold) extreme++;
  }
  return (extreme + 1) / (permutations + 1);
}

/**
 * Whether an interval has limits: not if there are too few values, nor if resamples never differ, so that the limits
 * are equal up to rounding. NLTK's BLEU without a common 4-gram is about 1e-155 instead of 0, which counts as one
 * value, too.
 */
export const hasLimits = ({ low, high }: Pick<Interval, 'low' | 'high'>): boolean =>
  high - low > Math.max(1e-12, 1e-9 * Math.max(Math.abs(low), Math.abs(high)));

/**
 * The interval from a statistic's values over resamples and without each item. Where all resamples lie on one side of
 * the value, a bias cannot be corrected, and the resamples' own quantiles are the limits.
 */
function accelerated(value: number, drawn: readonly number[], without: readonly number[]): Interval {
  const sorted = drawn.filter((each) => !Number.isNaN(each)).sort((a, b) => a - b);
  const below = sorted.filter((each) => each < value).length;
  const same = sorted.filter((each) => each === value).length;
  const share = (below + same / 2) / sorted.length;
  const bias = share > 0 && share < 1 ? normalQuantile(share) : Number.NaN;
  const acceleration = accelerationOf(without);
  const count = without.length;
  const wide = Math.sqrt(count / (count - 1)) * studentQuantile(TAIL, count - 1);
  const level = (z: number): number => {
    const shifted = bias + z;
    const corrected = bias + shifted / (1 - acceleration * shifted);
    return Number.isNaN(corrected) ? normalCdf(z) : normalCdf(corrected);
  };
  return { value, low: quantile(sorted, level(wide)), high: quantile(sorted, level(-wide)) };
}

/** Skewness of the values without each item, which says how the standard error grows with the value; 0 if undefined. */
function accelerationOf(without: readonly number[]): number {
  const centre = mean(without);
  const cubes = without.reduce((sum, each) => sum + (centre - each) ** 3, 0);
  const acceleration = cubes / (6 * sumOfSquares(without) ** 1.5);
  return Number.isFinite(acceleration) ? acceleration : 0;
}

/** A value for all indices but each. The indices given to `valueOf` are one list, which changes afterwards. */
function withoutEach<Value>(count: number, valueOf: (indices: readonly number[]) => Value): Value[] {
  const indices = Array.from({ length: Math.max(0, count - 1) }, (_, i) => i + 1);
  return Array.from({ length: count }, (_, left) => {
    if (left > 0) indices[left - 1] = left - 1;
    return valueOf(indices);
  });
}

// A loop: it runs millions of times, and a callback per item takes twice as long.
function pick<Item>(items: readonly Item[], indices: ArrayLike<number>): Item[] {
  const picked = new Array<Item>(indices.length);
  for (let i = 0; i < indices.length; i++) picked[i] = items[indices[i] as number] as Item;
  return picked;
}
