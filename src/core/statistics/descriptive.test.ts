import { describe, expect, it } from 'vitest';
import { countedQuantile, mean, median, quantile, variance } from './descriptive.ts';

describe('mean', () => {
  it('is NaN for an empty list and does not skip NaN', () => {
    expect(mean([1, 2, 6])).toBe(3);
    expect(mean([])).toBeNaN();
    expect(mean([1, NaN])).toBeNaN();
  });
});

describe('variance', () => {
  it('divides by n - 1', () => {
    expect(variance([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(32 / 7, 12);
    expect(variance([3])).toBeNaN();
  });
});

describe('quantile', () => {
  // numpy.quantile([1, 2, 4, 8], [0, 0.1, 0.5, 0.975, 1])
  it('interpolates as NumPy does', () => {
    expect([0, 0.1, 0.5, 0.975, 1].map((q) => quantile([1, 2, 4, 8], q))).toEqual([
      1,
      1.3,
      3,
      expect.closeTo(7.7, 12),
      8,
    ]);
    expect(quantile([], 0.5)).toBeNaN();
  });
});

describe('median', () => {
  it('accepts values in any order', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([9, 1, 5, 7])).toBe(6);
    expect(median([])).toBeNaN();
  });
});

describe('countedQuantile', () => {
  it('is the smallest value that the share of values does not exceed', () => {
    const counted = [
      { value: 2, count: 98 },
      { value: 30, count: 1 },
      { value: 400, count: 1 },
    ];
    expect(countedQuantile(counted, 0.98)).toBe(2);
    expect(countedQuantile(counted, 0.99)).toBe(30);
    expect(countedQuantile(counted, 1)).toBe(400);
    expect(countedQuantile([], 0.5)).toBe(0);
  });
});
