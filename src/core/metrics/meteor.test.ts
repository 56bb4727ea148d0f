import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LabError } from '../error.ts';
import { alignWords, meteor } from './meteor.ts';
import { parseWordNet, readWordNet } from './wordnet.ts';

const wordnet = await readWordNet(new Uint8Array(readFileSync('public/wordnet/wordnet-3.0.bin')));
const words = (text: string) => text.split(' ');

describe('WordNet', () => {
  it('finds synonyms in all parts of speech, through endings and exceptions', () => {
    expect(wordnet.synonyms('Dogs')).toContain('hound');
    expect([...wordnet.synonyms('went')]).toEqual(expect.arrayContaining(['go', 'travel']));
    expect(wordnet.synonyms('better')).toContain('good');
    expect(wordnet.synonyms('hot_dog')).toContain('frank');
    expect(wordnet.synonyms('zzz').size).toBe(0);
    expect(wordnet.synonyms('constructor')).toContain('builder');
  });

  it('offers no names and no phrases', () => {
    expect([...wordnet.synonyms('france')]).toEqual([]);
    expect([...wordnet.synonyms('dog')].filter((lemma) => /[_A-Z]/.test(lemma))).toEqual([]);
  });

  it('refuses other files and damaged ones', async () => {
    expect(() => parseWordNet('something else\n')).toThrow(LabError);
    await expect(readWordNet(new Uint8Array([0x1f, 0x8b, 1, 2, 3]))).rejects.toMatchObject({ code: 'bad-file' });
  });
});

describe('meteor', () => {
  it('matches by form, stem and synonym, from the end', () => {
    expect(alignWords(words('a dog talking a'), words('a Hound talked'), wordnet)).toEqual([
      [1, 1],
      [2, 2],
      [3, 0],
    ]);
  });

  it('weights recall nine to one and penalises chunks', () => {
    // Two matches in one chunk: precision 2/2, recall 2/3.
    const mean = 2 / 3 / (0.9 + 0.1 * (2 / 3));
    expect(meteor(words('blue sky'), words('the blue sky'), wordnet)).toBeCloseTo(mean * (1 - 0.5 / 8), 12);
    // The same words in two chunks.
    expect(meteor(words('sky blue'), words('the blue sky'), wordnet)).toBeCloseTo(mean * 0.5, 12);
  });

  it("gives NLTK's documented example", () => {
    const ref = words('It is a guide to action that ensures that the military will forever heed Party commands');
    const hyp = words('It is a guide to action which ensures that the military always obeys the commands of the party');
    expect(meteor(hyp, ref, wordnet)).toBeCloseTo(0.6944, 4);
  });

  it('is 0 without matches or words', () => {
    expect(meteor([], [], wordnet)).toBe(0);
    expect(meteor(['a'], [], wordnet)).toBe(0);
    expect(meteor(['qq'], ['zz'], wordnet)).toBe(0);
  });
});
