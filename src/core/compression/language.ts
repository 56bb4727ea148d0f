import { ENGLISH_WORDS, FOREIGN_WORDS } from './language-words.ts';
import type { Compressed, Representation } from './representation.ts';
import { findAddresses, segment, straightenApostrophes } from './segment.ts';
import { ENGLISH_STOPWORDS } from './stopwords-english.ts';

const ENGLISH: ReadonlySet<string> = new Set([...ENGLISH_STOPWORDS, ...ENGLISH_WORDS.split(' ')]);

/** The languages that each word suggests, as indices into the list of languages. */
const LANGUAGES_OF = new Map<string, number[]>();
Object.values(FOREIGN_WORDS).forEach((words, language) => {
  for (const word of new Set(words.split(' '))) LANGUAGES_OF.set(word, [...(LANGUAGES_OF.get(word) ?? []), language]);
});

/** Runs of letters, with apostrophes and hyphens inside. */
const WORD = /[\p{L}\p{M}]+(?:['-][\p{L}\p{M}]+)*/gu;
const NOT_LATIN = /[^\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]/u;
/** Addresses as people type them. */
const DOMAIN = /(?<![\w.])[\w-]{1,63}\.(?:com|org|net|edu|gov|info|io|co|uk|de|fr|es|it|pl|br|in)(?![\w.])/gi;
/** Scripts that put no spaces between words. */
const UNSPACED = new RegExp(
  ['Han', 'Hiragana', 'Katakana', 'Thai', 'Lao', 'Khmer', 'Myanmar'].map((name) => `\\p{Script=${name}}`).join('|'),
  'gu',
);
/** Latin letters beyond those of English. */
const ACCENTED = /[^a-z']/;
/** Contractions found only in English. */
const CONTRACTED = /'(?:s|t|m|d|ll|ve|re)$/;
/** A text with this many words, none of them English, is in another language. */
const ENOUGH = 6;
/** Of longer texts, only this much of the beginning is looked at, in UTF-16 units. */
const LONGEST = 4000;

/**
 * Whether a text is in a language other than English, the only one that KeyPOS and NoStopwords know. It is foreign if
 * it has more signs of another language than of English; a text without signs of either (a name, "hmm") counts as
 * English.
 *
 * ```ts
 * isForeign('je ne dors plus'); // true
 * isForeign('ok'); // false
 * ```
 */
export function isForeign(text: string): boolean {
  const words = wordsOf(text);
  const listed = new Map<number, number>();
  let [english, otherScript, accented, own] = [0, 0, 0, 0];
  for (const word of words) {
    const known = ENGLISH.has(word) || CONTRACTED.test(word);
    const languages = languagesOf(word);
    for (const language of languages) listed.set(language, (listed.get(language) ?? 0) + 1);
    if (known) english++;
    // Words that also exist in English, such as "die" or "on", are no evidence by themselves.
    else if (languages.length > 0) own++;
    else if (NOT_LATIN.test(word)) otherScript += Math.max(1, Math.ceil((word.match(UNSPACED)?.length ?? 0) / 2));
    else if (ACCENTED.test(word)) accented++;
  }
  if (english === 0 && words.length >= ENOUGH) return true;
  // A single accent may come from a name or a loanword: "Beyoncé", "a café".
  if (own + otherScript === 0 && (english > 0 || accented < 2)) return false;
  const foreign = Math.max(0, ...listed.values()) + otherScript + accented;
  // A few words of another language in a longer text, such as the name of a dish, do not make it foreign.
  return foreign > english && foreign * 4 >= words.length;
}

/** The languages whose list has a word, or its clitic or stem. */
function languagesOf(word: string): number[] {
  const cut = word.indexOf("'") + 1;
  const parts = cut > 0 && cut < word.length ? [word, word.slice(0, cut), word.slice(cut)] : [word];
  return parts.flatMap((part) => LANGUAGES_OF.get(part) ?? []);
}

function wordsOf(text: string): string[] {
  let plain = text.slice(0, LONGEST);
  for (const { start, end } of findAddresses(plain))
    plain = plain.slice(0, start) + ' '.repeat(end - start) + plain.slice(end);
  return straightenApostrophes(plain).replace(DOMAIN, ' ').normalize('NFC').toLowerCase().match(WORD) ?? [];
}

/** A compression that leaves texts in other languages as written, and says so. */
export function onlyEnglish(representation: Representation): Representation {
  return {
    ...representation,
    compress: (text) => (isForeign(text) ? asWritten(text) : representation.compress(text)),
  };
}

function asWritten(text: string): Compressed {
  return { text, spans: segment(text).map((word) => ({ ...word, keep: true })), asWritten: 'language' };
}
