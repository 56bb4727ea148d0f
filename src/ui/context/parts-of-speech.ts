import type { Upos } from '../../core/compression/representation.ts';

/** The universal parts of speech in everyday terms, with examples. */
export const PARTS_OF_SPEECH: Record<Upos, { name: string; examples: string }> = {
  NOUN: { name: 'Nouns', examples: 'friend, work' },
  PROPN: { name: 'Names', examples: 'Anna, Monday' },
  PRON: { name: 'Pronouns', examples: 'I, you, this' },
  VERB: { name: 'Verbs', examples: 'feel, lost' },
  AUX: { name: 'Auxiliaries', examples: 'am, can, have' },
  ADJ: { name: 'Adjectives', examples: 'lonely, new' },
  ADV: { name: 'Adverbs', examples: 'really, never' },
  ADP: { name: 'Prepositions', examples: 'in, with, about' },
  SCONJ: { name: 'Subordinators', examples: 'because, if' },
  CCONJ: { name: 'Conjunctions', examples: 'and, but' },
  DET: { name: 'Determiners', examples: 'the, a, some' },
  NUM: { name: 'Numbers', examples: 'two, 2026' },
  PART: { name: 'Particles', examples: 'to, not, ’s' },
  INTJ: { name: 'Interjections', examples: 'oh, yes' },
  PUNCT: { name: 'Punctuation', examples: '. , ?' },
  SYM: { name: 'Symbols', examples: '$, :)' },
  X: { name: 'Other', examples: 'foreign words' },
};
