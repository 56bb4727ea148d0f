import { median as d3Median, quantile as d3Quantile } from 'd3-array';

/** Arithmetic mean; NaN for an empty list, and if a value is NaN (unlike d3's, which skips it). */
export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Sum of squared deviations from the mean. */
export function sumOfSquares(values: readonly number[]): number {
  const centre = mean(values);
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
}

/** Sample variance, with n − 1; NaN for fewer than two values. */
export const variance = (values: readonly number[]): number =>
  values.length < 2 ? Number.NaN : sumOfSquares(values) / (values.length - 1);

/**
 * Quantile `q` in 0..1 of values in any order, by linear interpolation between order statistics (NumPy's default,
 * Hyndman and Fan's type 7); NaN for an empty list.
 */
export const quantile = (values: readonly number[], q: number): number => d3Quantile(values, q) ?? Number.NaN;

/** Median of values in any order; NaN for an empty list. */
export const median = (values: readonly number[]): number => d3Median(values) ?? Number.NaN;

/** Values in ascending order with their counts. */
export type Counted = readonly { value: number; count: number }[];

/** The smallest value that at least a share `q` of all values do not exceed; 0 for an empty list. */
export function countedQuantile(counted: Counted, q: number): number {
  const total = counted.reduce((sum, { count }) => sum + count, 0);
  let seen = 0;
  for (const { value, count } of counted) {
    seen += count;
    if (seen >= q * total) return value;
  }
  return 0;
}
