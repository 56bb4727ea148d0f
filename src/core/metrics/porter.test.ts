import { describe, expect, it } from 'vitest';
import { porterStem } from './porter.ts';

describe('porterStem', () => {
  it.each([
    // The paper's own examples.
    ['caresses', 'caress'],
    ['ponies', 'poni'],
    ['agreed', 'agre'],
    ['plastered', 'plaster'],
    ['hopping', 'hop'],
    ['falling', 'fall'],
    ['filing', 'file'],
    ['relational', 'relat'],
    ['adoption', 'adopt'],
    ['controll', 'control'],
    // NLTK's additions.
    ['dying', 'die'],
    ['Skies', 'sky'],
    ['dies', 'die'],
    ['spied', 'spi'],
    ['enjoy', 'enjoy'],
    ['happy', 'happi'],
    ['used', 'use'],
    ['hopefully', 'hope'],
    ['theology', 'theolog'],
    // Short words, odd ones, and characters that are two units long.
    ['as', 'as'],
    ['', ''],
    ['a*ded', 'ad'],
    ['yyyying', 'yyyi'],
    ['😀s', '😀s'],
    ['😀😀ed', '😀😀ed'],
  ])('%s', (word, stem) => {
    expect(porterStem(word)).toBe(stem);
  });
});
