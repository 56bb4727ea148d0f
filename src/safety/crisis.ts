import { CRISIS_KINDS, higherLevel, type CrisisKind, type CrisisLevel, type CrisisSignal } from './kinds.ts';
import { createLanguageReader } from './languages.ts';
import { compilePhrase, plainWords } from './notation.ts';
import type { PhraseBook } from './phrase-files.ts';
import book from './phrases.json' with { type: 'json' };

export { CRISIS_KINDS, type CrisisKind, type CrisisLevel, type CrisisSignal } from './kinds.ts';

/**
 * How danger in a message is noticed at once, without a model. What is looked for stands in phrases/, one phrase per
 * line; classifier.ts joins when its encoder has arrived; docs/safety.md says what all this is and is not.
 */
const { words, idioms, english, languages } = book as PhraseBook;

/** One service that a person in danger can reach. */
export interface CrisisLine {
  region: string;
  name: string;
  /** What to call, text or open, as people write it. */
  contact: string;
  href: string;
  /** The page of the service that gives this contact. */
  source: string;
  /** When this entry was written down. */
  recorded: string;
}

const line = (region: string, name: string, contact: string, href: string, source: string): CrisisLine => ({
  region, name, contact, href, source, recorded: '2026-11-24',
});

export const CRISIS_LINES: readonly CrisisLine[] = [
  line('Europe', 'Emergency services', '112', 'tel:112', 'https://digital-strategy.ec.europa.eu/en/policies/112'),
  line('UK', 'Emergency services', '999', 'tel:999', 'https://www.gov.uk/guidance/999-and-112-the-uks-national-emergency-numbers'),
  line('US and Canada', 'Emergency services', '911', 'tel:911', 'https://www.911.gov'),
  line('Australia', 'Emergency services', '000', 'tel:000', 'https://www.triplezero.gov.au'),
  line('New Zealand', 'Emergency services', '111', 'tel:111', 'https://www.police.govt.nz'),
  line('US', '988 Suicide & Crisis Lifeline', 'Call or text 988', 'tel:988', 'https://988lifeline.org'),
  line('Canada', '9-8-8 Suicide Crisis Helpline', 'Call or text 988', 'tel:988', 'https://988.ca'),
  line('UK and Ireland', 'Samaritans', '116 123', 'tel:116123', 'https://www.samaritans.org'),
  line('Australia', 'Lifeline', '13 11 14', 'tel:131114', 'https://www.lifeline.org.au'),
  line('New Zealand', '1737 Need to talk?', 'Call or text 1737', 'tel:1737', 'https://1737.org.nz'),
  line('India', 'Tele-MANAS', '14416', 'tel:14416', 'https://telemanas.mohfw.gov.in'),
  line('Germany', 'TelefonSeelsorge', '0800 111 0 111', 'tel:08001110111', 'https://www.telefonseelsorge.de'),
  line('Austria', 'TelefonSeelsorge', '142', 'tel:142', 'https://www.telefonseelsorge.at'),
  line('Switzerland', 'Die Dargebotene Hand', '143', 'tel:143', 'https://www.143.ch'),
  line('France', 'Numéro national de prévention du suicide', '3114', 'tel:3114', 'https://3114.fr'),
  line('Spain', 'Línea 024', '024', 'tel:024', 'https://www.sanidad.gob.es/linea024'),
  line('Netherlands', '113 Zelfmoordpreventie', '113', 'tel:113', 'https://www.113.nl'),
  line('Brazil', 'CVV', '188', 'tel:188', 'https://cvv.org.br'),
  line('South Africa', 'SADAG suicide crisis line', '0800 567 567', 'tel:0800567567', 'https://www.sadag.org'),
  line('Singapore', 'Samaritans of Singapore', '1767', 'tel:1767', 'https://www.sos.org.sg'),
  line('South Korea', 'Suicide prevention line', '109', 'tel:109', 'https://www.129.go.kr/109'),
];

/** The directory for every other country. */
export const CRISIS_DIRECTORY: CrisisLine = line(
  'Every country', 'Find A Helpline', 'findahelpline.com', 'https://findahelpline.com', 'https://findahelpline.com',
);

/** What the banner says. It comes above the reply and does not replace it. */
export const CRISIS_TEXT: Record<Exclude<CrisisLevel, 'none'>, { heading: string; body: string }> = {
  danger: {
    heading: 'You do not have to carry this alone',
    body: 'What you wrote sounds very hard, and you may not be safe right now. A program cannot keep you safe, but people can. If you or someone else is in danger, call an emergency number. To talk with someone at any hour, call or text one of these lines.',
  },
  concern: {
    heading: 'If this is about you or someone close to you',
    body: 'Trained people listen at any hour, free or at low cost, and you need no special reason to call. A program cannot do that. If someone is in danger now, call an emergency number.',
  },
};

interface Pattern {
  kind: CrisisKind;
  level: Exclude<CrisisLevel, 'none'>;
  expression: RegExp;
}

const PATTERNS: Pattern[] = english.flatMap(({ kind, level, phrases }) =>
  phrases.map((phrase) => ({ kind, level, expression: compilePhrase(phrase, words) })),
);
const IDIOMS = idioms.map((idiom) => compilePhrase(idiom, words));
const readLanguages = createLanguageReader(languages);

/** Words that turn a wish around when they stand up to three words before it. */
const NEGATION = /(?: (?:never|not|dont|wouldnt|wont|didnt|isnt|arent|nobody|cant|couldnt))(?: [a-z0-9]+){0,3}$/;

/**
 * Looks for signs of danger to the writer or to others: phrases in English, and fixed phrases in the languages of
 * phrases/languages. Pure and linear in the message's length.
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
  readLanguages(message, report);
  const kinds = CRISIS_KINDS.filter((kind) => levels.has(kind));
  return { level: [...levels.values()].reduce(higherLevel, 'none'), kinds };
}

/** The plain words of a message, each everyday use of a word of danger replaced by a mark. */
export function withoutIdioms(message: string): string {
  return IDIOMS.reduce((text, idiom) => text.replace(idiom, ' ~'), plainWords(message));
}
