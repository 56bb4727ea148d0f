import type { Upos } from '../../../core/compression/representation.ts';
import { countingIn } from '../counting.ts';

const count = countingIn('en');
const tokens = (n: number): string => count(n, 'token', 'tokens');

const parts: Record<Upos, string> = {
  NOUN: 'Nouns',
  PROPN: 'Names',
  PRON: 'Pronouns',
  VERB: 'Verbs',
  AUX: 'Auxiliaries',
  ADJ: 'Adjectives',
  ADV: 'Adverbs',
  ADP: 'Prepositions',
  SCONJ: 'Subordinators',
  CCONJ: 'Conjunctions',
  DET: 'Determiners',
  NUM: 'Numbers',
  PART: 'Particles',
  INTJ: 'Interjections',
  PUNCT: 'Punctuation',
  SYM: 'Symbols',
  X: 'Other',
};

/** What the model sees: every message of the context, how much fits, and how words are chosen. */
export const context = {
  inAll: (n: number) => `${tokens(n)} in all`,
  aboutInAll: (n: number) => `About ${tokens(n)} in all`,
  estimated: 'Token counts are estimates: the lab cannot use this model’s tokenizer.',
  estimatedYet: 'Token counts are estimates until a model is loaded.',
  fits: 'How much fits',
  choosing: 'How words are chosen',

  system: 'System',
  notes: 'Notes by the model',
  unsent: (who: string) => `${who}, not sent yet`,
  outside: ', outside the window',
  nothingLeft: 'nothing is left of this message',
  /** Before a struck word, said by screen readers; a bracket closes it. */
  dropped: ' [dropped: ',
  notSentOpening: 'Not sent: this model’s chat template does not allow the supporter to speak first.',
  quoted: 'Left, but quoted with your newest message: they are close in meaning.',
  summarised: 'Left; the notes cover it.',
  shortened: 'Shortened to make room.',
  negations: (n: number) => `${count(n, 'negation', 'negations')} dropped: this can reverse the meaning.`,
  keepThem: 'Keep negations (departs from the paper)',

  showDropped: 'Show what is dropped',
  newestWhole: 'Send my newest message whole',
  newestWholeHint: 'Departs from the paper, which shortens it like any other.',
  keepNegations: 'Keep negations',
  keepNegationsHint: 'Keeps “not”, “never”, “don’t” and the like. Departs from the paper, whose methods drop them.',

  meterEmpty: 'Counts appear once you write something.',
  about: (what: string) => `about ${what}`,
  fit: (fits: number, total: number) => `${fits} of ${total} ${total === 1 ? 'fits' : 'fit'}`,
  used: (used: string, budget: number) => `${used} of ${tokens(budget)}`,
  all: (total: number, take: string) => `All ${total}: ${take}.`,

  window: 'Context window',
  windowOf: 'context window',
  wholeWindow: (size: string) => `${size} (all)`,
  windowHint:
    'Pretend that the model can hold only this many tokens, its reply included. The oldest messages are left out ' +
    'first; with compression, more of them fit.',

  tagger: 'Tagger for KeyPOS',
  taggerOf: 'tagger',
  taggerHint: (share: string) =>
    `Decides which part of speech a word is. It keeps or drops a word as manual tags would in ${share} of cases (UD ` +
    'English-EWT, development set).',
  kept: 'Words that KeyPOS keeps',
  asInPaper: 'as in the paper',
  changed: 'changed',
  partsOf: 'parts of speech',
  tick: 'A tick keeps all words of a kind.',
  parts,
  foreignWords: 'foreign words',
  restoreParts: 'Restore the paper’s choice',

  /** What was done around the model for the newest reply. */
  assist: 'Help with the newest reply',
  plainReply: (why: string) => `It is a plain reply: ${why}`,
  foundBefore: (n: number) =>
    `${count(n, 'similar exchange', 'similar exchanges')} from the corpus came before the conversation`,
  similarity: (dialogue: string, value: string) => `${dialogue}, similarity ${value}`,
  chosenFrom: (n: number) => `Chosen from ${count(n, 'reply', 'replies')} by a small model`,
  score: (value: string) => `Score ${value}`,
  chosenScore: (value: string) => `Chosen, score ${value}`,
  scoreHint:
    'The score says how much a reply resembles those of the corpus and how little it resembles bad ones. It does not ' +
    'understand them.',
};
