import type { CrisisKind, CrisisLevel } from './kinds.ts';

/** Fixed phrases of one language with what they signal, and idioms that are removed first. */
export interface LanguagePhrases {
  language: string;
  signals: { kind: CrisisKind; level: Exclude<CrisisLevel, 'none'>; phrases: readonly string[] }[];
  idioms: readonly string[];
}

/** Diacritics of Latin, Greek and Cyrillic letters; other scripts need theirs. */
const MARKS = /[\u0300-\u036f]/gu;

/** Scripts without spaces between words, or with optional ones. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u;

/** Letters without a decomposition, and how people type them without the right keyboard. */
const BARE: Readonly<Record<string, string>> = { ß: 'ss', ø: 'o', æ: 'ae', ł: 'l', ı: 'i', œ: 'oe', đ: 'd', ё: 'е' };

/** Lower-case words without accents and apostrophes, between single spaces. */
export function foldedWords(text: string): string {
  const folded = text
    .toLowerCase()
    .replace(/[’'‘ʼ`´＇]/gu, '')
    .normalize('NFKD')
    .replace(MARKS, '')
    .normalize('NFC')
    .replace(/[ßøæłıœđё]/gu, (letter) => BARE[letter] ?? letter)
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .trim();
  return ` ${folded} `;
}

/** The phrases of one language, prepared for search. */
interface Prepared {
  signals: { kind: CrisisKind; level: Exclude<CrisisLevel, 'none'>; needles: string[] }[];
  idioms: string[];
}

/** Reports what a message signals. */
export type LanguageReader = (
  message: string,
  report: (kind: CrisisKind, level: Exclude<CrisisLevel, 'none'>) => void,
) => void;

/** Prepares phrases once; the returned function takes time linear in the length of a message. */
export function createLanguageReader(languages: readonly LanguagePhrases[]): LanguageReader {
  const prepared = languages.map(({ signals, idioms }): Prepared => ({
    signals: signals.map(({ kind, level, phrases }) => ({ kind, level, needles: phrases.map(needleOf) })),
    idioms: idioms.map(needleOf),
  }));
  return (message, report) => {
    const words = foldedWords(message);
    const spaced = words.length > 2 ? words : '';
    if (spaced === '') return;
    const joined = UNSPACED.test(spaced) ? spaced.replaceAll(' ', '') : '';
    for (const { signals, idioms } of prepared) {
      const without = (text: string): string => idioms.reduce((rest, idiom) => rest.replaceAll(idiom, ' ~ '), text);
      const [inWords, inLetters] = [without(spaced), without(joined)];
      for (const { kind, level, needles } of signals) {
        const found = needles.some((needle) => (needle.startsWith(' ') ? inWords : inLetters).includes(needle));
        if (found) report(kind, level);
      }
    }
  };
}

/** Whole words between spaces, or bare letters if the script has no spaces. */
function needleOf(phrase: string): string {
  const words = foldedWords(phrase);
  return UNSPACED.test(words) ? words.replaceAll(' ', '') : words;
}
