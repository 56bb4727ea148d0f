import type { CrisisKind, CrisisLevel } from './kinds.ts';

/** Fixed phrases of one language: what each signals, and everyday uses that are taken out first. */
export interface LanguagePhrases {
  language: string;
  signals: { kind: CrisisKind; level: Exclude<CrisisLevel, 'none'>; phrases: readonly string[] }[];
  idioms: readonly string[];
}

/** Marks over Latin, Greek and Cyrillic letters; other scripts need theirs. */
const MARKS = /[\u0300-\u036f]/gu;

/** Scripts that leave no blanks between words, or put them as the writer likes. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

/** Letters that decompose into nothing, as people type them without their keyboard. */
const BARE: Readonly<Record<string, string>> = { ß: 'ss', ø: 'o', æ: 'ae', ł: 'l', ı: 'i', œ: 'oe', đ: 'd', ё: 'е' };

/** Words in small letters without accents and apostrophes, between single spaces. */
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

/** The phrases of one language, ready to be looked for. */
interface Prepared {
  signals: { kind: CrisisKind; level: Exclude<CrisisLevel, 'none'>; needles: string[] }[];
  idioms: string[];
}

/** Prepares phrases once; the function it gives reports what a message signals, in time linear in its length. */
export function createLanguageReader(
  languages: readonly LanguagePhrases[],
): (message: string, report: (kind: CrisisKind, level: Exclude<CrisisLevel, 'none'>) => void) => void {
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

/** Whole words between blanks, or bare letters where the script has no blanks. */
function needleOf(phrase: string): string {
  const words = foldedWords(phrase);
  return UNSPACED.test(words) ? words.replaceAll(' ', '') : words;
}
