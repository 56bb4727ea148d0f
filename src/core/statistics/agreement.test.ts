import { describe, expect, it } from 'vitest';
import { auc, cohenKappa, spearman } from './agreement.ts';
import { ranks } from './rank.ts';

// Computed by hand.
describe('agreement', () => {
  it('ranks with ties and correlates ranks', () => {
    expect(ranks([10, 20, 20, 5])).toEqual([2, 3.5, 3.5, 1]);
    expect(spearman([1, 2, 3, 4], [1, 3, 2, 4])).toBeCloseTo(0.8, 12);
    expect(spearman([1, 2, 2, 3], [3, 2, 2, 1])).toBeCloseTo(-1, 12);
    expect(spearman([1, 1], [1, 2])).toBeNaN();
  });

  it('separates two groups', () => {
    expect(auc([3, 4], [1, 2])).toBe(1);
    expect(auc([1, 2], [1, 2])).toBe(0.5);
    expect(auc([0.1, 0.4, 0.35, 0.8].slice(2), [0.1, 0.4])).toBe(0.75);
    expect(auc([], [1])).toBeNaN();
  });

  it('corrects the agreement of raters for chance', () => {
    // 50 items: both yes 20, both no 15, disagreements 5 and 10: kappa 0.4.
    const [a, b] = [
      [20, 'yes', 'yes'],
      [5, 'yes', 'no'],
      [10, 'no', 'yes'],
      [15, 'no', 'no'],
    ].reduce<[string[], string[]]>(
      ([x, y], [n, left, right]) => [
        [...x, ...new Array<string>(Number(n)).fill(String(left))],
        [...y, ...new Array<string>(Number(n)).fill(String(right))],
      ],
      [[], []],
    );
    expect(cohenKappa(a, b, ['yes', 'no'])).toBeCloseTo(0.4, 12);
    expect(cohenKappa([0, 1, 2], [0, 1, 2], [0, 1, 2], 'quadratic')).toBe(1);
    expect(cohenKappa([0, 2], [2, 0], [0, 1, 2], 'quadratic')).toBeCloseTo(-1, 12);
    expect(() => cohenKappa(['x'], ['yes'], ['yes'])).toThrow(/x is not one of/);
  });
});
