import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addStatistics, countNgrams, emptyStatistics } from './ngrams.ts';
import { nltkBleu, nltkStatistics } from './nltk-bleu.ts';
import { sacreBleu } from './sacre-bleu.ts';

const words = (text: string) => text.split(' ');
const hyp = words('the the the the the the the');
const ref = words('the cat is on the mat');

describe('countNgrams', () => {
  it("clips matches by the reference, as in the BLEU paper's example", () => {
    expect(countNgrams(hyp, ref, 2)).toEqual({ matched: [2, 0], hyp: [7, 6], ref: [6, 5], hypLength: 7, refLength: 6 });
  });

  it('matches every n-gram of a text with itself, and is symmetric', () => {
    const tokens = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 });
    fc.assert(
      fc.property(tokens, tokens, (a, b) => {
        const self = countNgrams(a, a, 4);
        expect(self.matched).toEqual(self.hyp);
        expect(countNgrams(a, b, 4).matched).toEqual(countNgrams(b, a, 4).matched);
      }),
    );
  });
});

describe('nltkBleu', () => {
  const bleu = (h: string[], r: string[], order: number, smoothing: 0 | 1 | 4) =>
    nltkBleu(nltkStatistics(h, r), order, smoothing);

  it('is the geometric mean of precisions times the brevity penalty', () => {
    // 4 of 4 words, 2 of 3 bigrams; 4 words for 6.
    const value = bleu(words('the cat the mat'), words('the cat sat on the mat'), 2, 0);
    expect(value).toBeCloseTo(Math.sqrt(2 / 3) * Math.exp(1 - 6 / 4), 12);
  });

  it('smooths an order without matches by each method', () => {
    // 2 of 7 words, 0 of 6 bigrams, no brevity penalty.
    expect(bleu(hyp, ref, 2, 0)).toBeLessThan(1e-150);
    expect(bleu(hyp, ref, 2, 0)).toBeGreaterThan(0);
    expect(bleu(hyp, ref, 2, 1)).toBeCloseTo(Math.sqrt((2 / 7) * (0.1 / 6)), 12);
    expect(bleu(hyp, ref, 2, 4)).toBeCloseTo(Math.sqrt((2 / 7) * (Math.log(7) / 10 / 6)), 12);
  });

  it("has NLTK's edge cases", () => {
    expect(bleu([], [], 4, 1)).toBe(0);
    expect(bleu(['a'], ['b'], 4, 1)).toBe(0);
    expect(bleu(['a'], ['a'], 4, 4)).toBe(1);
    expect(bleu(['a'], ['a'], 4, 1)).toBeCloseTo(0.1 ** (3 / 4), 12);
  });

  it('of a corpus sums counts before dividing', () => {
    const total = emptyStatistics(4);
    addStatistics(total, nltkStatistics(['a', 'b'], ['a', 'b']));
    addStatistics(total, nltkStatistics(['c', 'd'], ['c', 'e']));
    expect(nltkBleu(total, 2, 0)).toBeCloseTo(Math.sqrt((3 / 4) * (1 / 2)), 12);
  });
});

describe('sacreBleu', () => {
  it('halves the precision of each order without matches again', () => {
    const statistics = countNgrams(words('a b c x'), words('a b c d'), 4);
    const precisions = [3 / 4, 2 / 3, 1 / 2, 1 / 2];
    const expected = 100 * precisions.reduce((product, p) => product * p, 1) ** (1 / 4);
    expect(sacreBleu(statistics, 4, { effectiveOrder: true })).toBeCloseTo(expected, 10);
  });

  it('leaves out orders that a sentence is too short for, but not in a corpus', () => {
    const statistics = countNgrams(['a', 'b'], ['a', 'b'], 4);
    expect(sacreBleu(statistics, 4, { effectiveOrder: true })).toBeCloseTo(100, 10);
    expect(sacreBleu(statistics, 4, { effectiveOrder: false })).toBe(0);
  });

  it('is 0 without matches and for empty texts', () => {
    expect(sacreBleu(countNgrams(['a'], ['b'], 4), 4, { effectiveOrder: true })).toBe(0);
    expect(sacreBleu(countNgrams([], [], 4), 4, { effectiveOrder: true })).toBe(0);
  });
});
