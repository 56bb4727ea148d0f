import { describe, expect, it } from 'vitest';
import { chrf, chrfStatistics } from './chrf.ts';

const score = (hyp: string, ref: string) => chrf(chrfStatistics(hyp, ref));

describe('chrf', () => {
  it('averages precision and recall over the orders that both texts have', () => {
    // Characters: 2 of 3 both ways; pairs: 1 of 2; triples: 0 of 1.
    expect(score('abc', 'abd')).toBeCloseTo((100 * (2 / 3 + 1 / 2)) / 3, 10);
  });

  it('weighs recall twice', () => {
    // Only single characters count: precision 1, recall 1/2.
    expect(score('a', 'ab')).toBeCloseTo((100 * 5 * 1 * 0.5) / (4 * 1 + 0.5), 10);
  });

  it('ignores whitespace, counts code points, and is 0 for empty texts', () => {
    expect(score(' a b\n', 'ab')).toBe(100);
    expect(chrfStatistics('😀😀', '😀').hyp[0]).toBe(2);
    expect(score('', '')).toBe(0);
    expect(score('', 'a')).toBe(0);
  });
});
