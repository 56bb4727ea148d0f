import { CRISIS_KINDS, higherLevel, type CrisisKind, type CrisisLevel, type CrisisSignal } from './kinds.ts';
import type { LanguageReader } from './languages.ts';
import { compilePhrase, plainWords } from './notation.ts';
import type { EnglishPhrases } from './phrase-files.ts';
import book from './phrases.json' with { type: 'json' };

export { CRISIS_KINDS, type CrisisSignal } from './kinds.ts';

/**
 * Detects danger in a message at once, without a model. The phrases are in phrases/, one per line; classifier.ts adds
 * its signals once its encoder is loaded; docs/reference/safety.md states the limits of both.
 */
const { words, idioms, english } = book as EnglishPhrases;

interface Pattern {
  kind: CrisisKind;
  level: Exclude<CrisisLevel, 'none'>;
  expression: RegExp;
}

const PATTERNS: Pattern[] = english.flatMap(({ kind, level, phrases }) =>
  phrases.map((phrase) => ({ kind, level, expression: compilePhrase(phrase, words) })),
);
const IDIOMS = idioms.map((idiom) => compilePhrase(idiom, words));
let readLanguages: LanguageReader | undefined;

/** Words that negate a wish up to three words after them. */
const NEGATIONS = [
  'never|not|dont|wouldnt|wont|didnt|isnt|arent|nobody',
  // "I can't stop thinking of it" negates nothing.
  '(?:cant|couldnt)(?! (?:stop|help|keep|quit|shake))',
];
const NEGATION = new RegExp(`(?: (?:${NEGATIONS.join('|')}))(?: [a-z0-9]+){0,3}$`);

/** Whether `detectCrisis` knows all languages. */
export const knowsLanguages = (): boolean => readLanguages !== undefined;

/** Fetches the phrases of the languages other than English, which `detectCrisis` knows from then on. */
export async function loadLanguages(): Promise<void> {
  readLanguages ??= (await import('./all-languages.ts')).readAllLanguages;
}

/**
 * Finds signs of danger to the writer or to others: English phrases and, once `loadLanguages` has resolved, fixed
 * phrases in the languages of phrases/languages. Linear in the message's length.
 *
 * ```ts
 * detectCrisis('I want to die').level; // 'danger'
 * detectCrisis('This commute is killing me').level; // 'none'
 * ```
 */
export function detectCrisis(message: string): CrisisSignal {
  const levels = new Map<CrisisKind, CrisisLevel>();
  const report = (kind: CrisisKind, level: CrisisLevel): void => {
    levels.set(kind, higherLevel(level, levels.get(kind) ?? 'none'));
  };
  const text = withoutIdioms(message);
  for (const { kind, level, expression } of PATTERNS) {
    if (levels.get(kind) === 'danger') continue;
    for (const match of text.matchAll(expression)) {
      const negated = NEGATION.test(text.slice(Math.max(0, match.index - 60), match.index));
      if (negated && kind === 'harm-to-others') continue;
      report(kind, negated ? 'concern' : level);
    }
  }
  readLanguages?.(message, report);
  const kinds = CRISIS_KINDS.filter((kind) => levels.has(kind));
  return { level: [...levels.values()].reduce(higherLevel, 'none'), kinds };
}

/** The plain words of a message, with every idiom that only sounds dangerous replaced by a mark. */
function withoutIdioms(message: string): string {
  return IDIOMS.reduce((text, idiom) => text.replace(idiom, ' ~'), plainWords(message));
}
