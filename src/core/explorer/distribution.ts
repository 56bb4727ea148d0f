import { mean, median, quantile } from '../statistics/descriptive.ts';
import { groupRows, type ReplyGroup } from './groups.ts';
import { replyMeasure, type RunIndex, type TurnRow } from './run-index.ts';

const BINS = 30;

/** How a measure is distributed over the replies of each model and condition. */
export interface Distribution {
  measure: string;
  logarithmic: boolean;
  /** The limits of the bins, one more than there are bins; the last bin includes its upper limit. */
  limits: number[];
  groups: {
    group: ReplyGroup;
    /** Number of replies that have the measure. */
    n: number;
    mean: number;
    median: number;
    lower: number;
    upper: number;
    /** Replies in each bin. */
    counts: number[];
  }[];
}

/** The distribution of a measure in equal bins, on the measure's own scale; empty without values. */
export function distributionOf(
  index: RunIndex,
  rows: readonly TurnRow[],
  measure: string,
  judge: string | null,
): Distribution {
  const values = index.values(measure, judge);
  const logarithmic = isLogarithmic(measure);
  const groups = groupRows(index.plan, rows)
    .map(({ group, rows: own }) => ({
      group,
      values: own.map(({ place }) => values[place] ?? Number.NaN).filter((value) => !Number.isNaN(value)),
    }))
    .filter((each) => each.values.length > 0);
  const limits = binLimits(extentOf(groups.flatMap((each) => each.values)), logarithmic);
  return {
    measure,
    logarithmic,
    limits,
    groups: groups.map(({ group, values: own }) => ({
      group,
      n: own.length,
      mean: mean(own),
      median: median(own),
      lower: quantile(own, 0.25),
      upper: quantile(own, 0.75),
      counts: countIn(limits, own),
    })),
  };
}

export const isLogarithmic = (measure: string): boolean => replyMeasure(measure)?.logarithmic === true;

/** The smallest and the largest value; null without any. */
export function extentOf(values: readonly number[]): [low: number, high: number] | null {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : null;
}

/** Limits of equal bins on a scale; bins of a single value have some width. */
export function binLimits(extent: [low: number, high: number] | null, logarithmic: boolean, bins = BINS): number[] {
  if (!extent) return [];
  const onScale = logarithmic && extent[0] > 0 ? Math.log : (value: number) => value;
  const back = onScale === Math.log ? Math.exp : (value: number) => value;
  let [low, high] = extent.map(onScale) as [number, number];
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  const limits = Array.from({ length: bins + 1 }, (_, i) => back(low + ((high - low) * i) / bins));
  // Rounding must not leave the ends out.
  limits[0] = Math.min(limits[0] ?? extent[0], extent[0]);
  limits[bins] = Math.max(limits[bins] ?? extent[1], extent[1]);
  return limits;
}

/** The bin of a value by bisection; the last bin includes its upper limit. */
export function binOf(limits: readonly number[], value: number): number {
  let [low, high] = [0, limits.length - 2];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((limits[middle] ?? Infinity) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

function countIn(limits: readonly number[], values: readonly number[]): number[] {
  const counts = Array.from({ length: Math.max(0, limits.length - 1) }, () => 0);
  for (const value of values) {
    const bin = binOf(limits, value);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}
