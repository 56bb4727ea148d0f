import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { corpusScores } from './corpus.ts';
import { distinct } from './distinct.ts';
import { lengthRatio } from './length-ratio.ts';
import { measurePair } from './pair.ts';
import { perplexity } from './perplexity.ts';

describe('distinct', () => {
  it('counts n-grams within responses only', () => {
    const responses = [['a', 'b', 'a'], ['b', 'a'], []];
    expect(distinct(responses, 1)).toBeCloseTo(2 / 5, 12);
    expect(distinct(responses, 2)).toBeCloseTo(2 / 3, 12);
    expect(distinct([], 1)).toBe(0);
  });

  it('counts the same as a set of the n-grams', () => {
    const token = fc.constantFrom('a', 'b', 'c', 'd', '', 'constructor');
    fc.assert(
      fc.property(
        fc.array(fc.array(token, { maxLength: 12 }), { maxLength: 6 }),
        fc.integer({ min: 1, max: 4 }),
        (responses, n) => {
          const grams = responses.flatMap((tokens) =>
            tokens.slice(n - 1).map((_, i) => JSON.stringify(tokens.slice(i, i + n))),
          );
          expect(distinct(responses, n)).toBe(grams.length === 0 ? 0 : new Set(grams).size / grams.length);
        },
      ),
    );
  });
});

describe('lengthRatio', () => {
  it('sums lengths first', () => {
    expect(
      lengthRatio([
        { hypLength: 1, refLength: 4 },
        { hypLength: 5, refLength: 2 },
      ]),
    ).toBe(1);
    expect(lengthRatio([])).toBeNaN();
  });
});

describe('perplexity', () => {
  it('is the exponential of the mean over tokens, not over responses', () => {
    const sure = { sum: Math.log(2), tokens: 1 };
    const unsure = { sum: 3 * Math.log(4), tokens: 3 };
    expect(perplexity([sure, unsure])).toBeCloseTo(2 ** (7 / 4), 12);
    expect(perplexity([])).toBeNaN();
  });
});

describe('measurePair and corpusScores', () => {
  const same = measurePair({ id: 1, hyp: 'You are not alone in this.', ref: 'You are not alone in this.' });

  it('give equal texts the best score, and METEOR only with WordNet', () => {
    const { nltk_bleu4_method1, sacre_sentence_bleu4, chrf2, rougeL, rougeLsum } = same.scores;
    expect([nltk_bleu4_method1, chrf2, rougeL, rougeLsum]).toEqual([1, 100, [1, 1, 1], [1, 1, 1]]);
    expect(sacre_sentence_bleu4).toBeCloseTo(100, 10);
    expect(same.scores.nltk_meteor).toBeUndefined();
  });

  it('give a corpus of one pair the same values as the pair', () => {
    const other = measurePair({
      id: 2,
      hyp: 'I hear how tired you are now.',
      ref: 'I hear that you are tired right now.',
    });
    const corpus = corpusScores([other.counts]);
    expect(corpus.chrf2_corpus).toBeCloseTo(other.scores.chrf2, 12);
    expect(corpus.nltk_corpus_bleu2_method0).toBeCloseTo(other.scores.nltk_bleu2_method0, 12);
    expect(corpus.sacre_corpus_bleu2).toBeCloseTo(other.scores.sacre_sentence_bleu2, 12);
    expect(corpus.length_ratio).toBeCloseTo(8 / 9, 12);
  });

  it('splits lines only for rougeLsum', () => {
    const { scores } = measurePair({ id: 3, hyp: 'one two\nthree four', ref: 'three four\none two' });
    expect(scores.rougeL[2]).toBe(0.5);
    expect(scores.rougeLsum[2]).toBe(1);
  });
});
