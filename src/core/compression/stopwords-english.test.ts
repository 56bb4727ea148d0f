import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { describeExtra, SHARED } from '../../../tests/harness/shared.ts';
import { ENGLISH_STOPWORDS } from './stopwords-english.ts';

/** SHA-256 of NLTK's list: one word per line, without a final line break. */
const DIGEST = '2faef318155a30d7e91c39de3f51fde2eb44a3fe24e0adb0c504fd35c7add888';
const REFERENCE = 'reference/nltk-stopwords-english-179.txt';

describe('English stopwords', () => {
  it('are 179 different words', () => expect(new Set(ENGLISH_STOPWORDS).size).toBe(179));

  it('are NLTK’s list of the paper’s year, in its order', () => {
    expect(createHash('sha256').update(ENGLISH_STOPWORDS.join('\n')).digest('hex')).toBe(DIGEST);
  });

  describeExtra([REFERENCE], REFERENCE, () => {
    it('holds the same words in the same order', () => {
      expect(ENGLISH_STOPWORDS).toEqual(readFileSync(`${SHARED}/${REFERENCE}`, 'utf8').trim().split(/\s+/));
    });
  });
});
