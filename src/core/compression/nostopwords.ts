import type { Representation, TokenSpan } from './representation.ts';
import { ANY_APOSTROPHE, APOSTROPHES, joinKept, segment, straightenApostrophes } from './segment.ts';
import { ENGLISH_STOPWORDS } from './stopwords-english.ts';

const STOPWORDS = new Set(ENGLISH_STOPWORDS);
const LAST_CLITIC = new RegExp(`^(.+)([${APOSTROPHES}][^${APOSTROPHES}]+)$`, 'u');

/** Longer than any English word with clitics; keeps time linear on noise. */
const LONGEST = 60;

const isStopword = (word: string): boolean => STOPWORDS.has(straightenApostrophes(word.toLowerCase()));

/**
 * Drops NLTK's English stopwords; all other words and all punctuation stay.
 *
 * A word is first looked up whole (`don't` is in the list), in lower case, any apostrophe read as `'`. A word that is
 * not in the list loses its clitics from the right while each, without its apostrophe, is a stopword; what remains is
 * looked up in turn: `I'm` → `i` + `m`, both dropped; `let's` → `let` kept, `s` dropped. `o'clock` has no clitic in
 * that sense and stays whole. Hyphenated words and addresses are one word each.
 */
export const NO_STOPWORDS: Representation = {
  id: 'nostopwords',
  compress(text) {
    const spans: TokenSpan[] = [];
    for (const { start, end } of segment(text)) {
      const word = text.slice(start, end);
      if (ANY_APOSTROPHE.test(word)) spans.push(...withoutClitics(word, start));
      else spans.push({ start, end, keep: !STOPWORDS.has(word.toLowerCase()) });
    }
    return { text: joinKept(text, spans), spans };
  },
};

function withoutClitics(word: string, start: number): TokenSpan[] {
  const clitics: TokenSpan[] = [];
  let stem = word;
  for (;;) {
    if (stem.length > LONGEST || isStopword(stem)) break;
    const split = LAST_CLITIC.exec(stem);
    const [, rest, clitic] = split ?? [];
    if (rest === undefined || clitic === undefined || !isStopword(clitic.slice(1))) break;
    const cut = start + rest.length;
    clitics.unshift({ start: cut, end: cut + clitic.length, keep: false });
    stem = rest;
  }
  return [{ start, end: start + stem.length, keep: !isStopword(stem) }, ...clitics];
}
