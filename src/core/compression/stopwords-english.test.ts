import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hasShared, SHARED } from '../../../tests/harness/shared.ts';
import { ENGLISH_STOPWORDS } from './stopwords-english.ts';

const REFERENCE = 'reference/nltk-stopwords-english-179.txt';

describe('English stopwords', () => {
  it('are 179 different words', () => expect(new Set(ENGLISH_STOPWORDS).size).toBe(179));

  it.skipIf(!hasShared(REFERENCE))('are the reference list, in its order', () => {
    expect(ENGLISH_STOPWORDS).toEqual(readFileSync(`${SHARED}/${REFERENCE}`, 'utf8').trim().split(/\s+/));
  });
});
