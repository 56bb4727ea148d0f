import { entry } from '../at.ts';
import { CRISIS_KINDS, type CrisisKind, type CrisisLevel } from './kinds.ts';
import type { LanguagePhrases } from './languages.ts';
import { compilePhrase, readLines, readWordLists, type WordLists } from './notation.ts';

/** The phrases of phrases.json, in the notation of the files. */
export interface EnglishPhrases {
  words: WordLists;
  idioms: readonly string[];
  english: { kind: CrisisKind; level: Exclude<CrisisLevel, 'none'>; phrases: readonly string[] }[];
}

/** All phrases; those of other languages are in languages.json, which is fetched when somebody writes. */
export interface PhraseBook extends EnglishPhrases {
  languages: LanguagePhrases[];
}

const LEVELS = ['danger', 'concern'] as const;

/**
 * Reads the files of phrases/, given by their relative paths, and checks every phrase.
 * @throws {Error} naming the file and the violation of the notation.
 */
export function readPhraseFiles(files: Readonly<Record<string, string>>): PhraseBook {
  const words = readWordLists(files['words.txt'] ?? '');
  const english = CRISIS_KINDS.flatMap((kind) =>
    LEVELS.map((level) => ({ kind, level, phrases: checked(`${kind}.${level}.txt`, files, words) })),
  );
  const languages = Object.keys(files)
    .filter((path) => path.startsWith('languages/'))
    .sort()
    .map((path) => readLanguage(path, entry(files, path)));
  return { words, idioms: checked('idioms.txt', files, words), english, languages };
}

function checked(path: string, files: Readonly<Record<string, string>>, words: WordLists): string[] {
  const text = files[path];
  if (text === undefined) throw new Error(`phrases/${path} is missing.`);
  const phrases = readLines(text);
  for (const phrase of phrases) {
    try {
      compilePhrase(phrase, words);
    } catch (error) {
      throw new Error(`phrases/${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }
  return phrases;
}

/** Sections `[suicide danger]`, then one fixed phrase per line; `[idioms]` lists what is removed first. */
function readLanguage(path: string, text: string): LanguagePhrases {
  const result = { language: path.replace(/^languages\/|\.txt$/g, ''), signals: [], idioms: [] } as {
    language: string;
    signals: { kind: CrisisKind; level: Exclude<CrisisLevel, 'none'>; phrases: string[] }[];
    idioms: string[];
  };
  let section: string[] | undefined;
  for (const line of readLines(text)) {
    const title = /^\[(.+)\]$/.exec(line)?.[1];
    if (title === undefined) {
      if (!section) throw new Error(`phrases/${path}: "${line}" stands before any section.`);
      section.push(line);
    } else if (title === 'idioms') section = result.idioms;
    else {
      const kind = CRISIS_KINDS.find((name) => title.startsWith(`${name} `));
      const level = LEVELS.find((name) => title.endsWith(` ${name}`));
      if (!kind || !level) throw new Error(`phrases/${path}: [${title}] is no kind with a level.`);
      section = [];
      result.signals.push({ kind, level, phrases: section });
    }
  }
  return result;
}
