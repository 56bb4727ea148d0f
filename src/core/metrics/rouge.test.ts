import { describe, expect, it } from 'vitest';
import { rougeL, rougeLines, rougeLsum, rougeN, rougeTokenize } from './rouge.ts';

const hyp = ['the', 'cat', 'was', 'under', 'the', 'bed'];
const ref = ['the', 'cat', 'was', 'found', 'under', 'the', 'bed'];

describe('ROUGE', () => {
  it('tokenizes into runs of ASCII letters and digits in lower case', () => {
    expect(rougeTokenize("Don't STOP, café 24/7!")).toEqual(['don', 't', 'stop', 'caf', '24', '7']);
    expect(rougeTokenize('was talking', { stem: true })).toEqual(['was', 'talk']);
  });

  it('counts shared words and pairs', () => {
    const [rouge1, rouge2] = rougeN(hyp, ref, 2);
    expect(rouge1).toEqual([1, 6 / 7, expect.closeTo(12 / 13, 12)]);
    expect(rouge2).toEqual([4 / 5, 4 / 6, expect.closeTo(8 / 11, 12)]);
  });

  it('takes the longest common subsequence', () => {
    expect(rougeL(['a', 'b', 'c', 'd'], ['b', 'a', 'd', 'c'])).toEqual([0.5, 0.5, 0.5]);
    expect(rougeL([], ['a'])).toEqual([0, 0, 0]);
  });

  it("takes the union of a reference line's subsequences with each hypothesis line, as in the paper's example", () => {
    const lines = [
      ['w1', 'w2', 'w6', 'w7', 'w8'],
      ['w1', 'w3', 'w8', 'w9', 'w5'],
    ];
    expect(rougeLsum(lines, [['w1', 'w2', 'w3', 'w4', 'w5']])).toEqual([4 / 10, 4 / 5, expect.closeTo(8 / 15, 12)]);
    expect(rougeLsum([hyp], [ref])).toEqual(rougeL(hyp, ref));
    expect(rougeLsum([], [ref])).toEqual([0, 0, 0]);
  });

  it('counts a word that only one side repeats once', () => {
    expect(rougeLsum([['a'], ['a']], [['a']])[0]).toBe(0.5);
  });

  it('splits lines and drops empty ones', () => {
    expect(rougeLines('one\n\ntwo\n')).toEqual(['one', 'two']);
  });
});
