import { describe, expect, it } from 'vitest';
import { holm } from './holm.ts';
import { normalCdf, normalQuantile, studentQuantile } from './normal.ts';

describe('the normal distribution', () => {
  // scipy.stats.norm.cdf
  it.each([
    [0, 0.5],
    [1, 0.841344746068543],
    [1.959963984540054, 0.975],
    [-3, 0.0013498980316300957],
  ])('has the share below %f', (z, share) => {
    expect(normalCdf(z)).toBeCloseTo(share, 12);
    expect(normalQuantile(share)).toBeCloseTo(z, 9);
  });

  it('is 0 and 1 far away', () => {
    expect([normalCdf(-9), normalCdf(9)]).toEqual([0, 1]);
  });
});

describe('studentQuantile', () => {
  // scipy.stats.t.ppf(0.975, df)
  it.each([
    [4, 2.7764],
    [11, 2.201],
    [49, 2.0096],
    [1000, 1.9623],
  ])('widens for %i degrees of freedom', (degrees, quantile) => {
    expect(Math.abs(studentQuantile(0.975, degrees) - quantile)).toBeLessThan(0.01);
    expect(studentQuantile(0.025, degrees)).toBeCloseTo(-studentQuantile(0.975, degrees), 6);
  });
});

describe('holm', () => {
  it('adjusts p-values as statsmodels does', () => {
    // statsmodels.stats.multitest.multipletests([0.01, 0.04, 0.03, 0.005, 0.5], method='holm')
    const expected = [0.04, 0.09, 0.09, 0.025, 0.5];
    holm([0.01, 0.04, 0.03, 0.005, 0.5]).forEach((p, i) => expect(p).toBeCloseTo(expected[i] ?? NaN, 12));
    expect(holm([0.6, 0.7])).toEqual([1, 1]);
    expect(holm([])).toEqual([]);
  });
});
