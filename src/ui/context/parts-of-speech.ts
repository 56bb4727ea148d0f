import type { Upos } from '../../core/compression/representation.ts';

/** English words of each universal part of speech, as they are shown; null where no word is typical. */
export const PART_EXAMPLES: Record<Upos, string | null> = {
  NOUN: 'friend, work',
  PROPN: 'Anna, Monday',
  PRON: 'I, you, this',
  VERB: 'feel, lost',
  AUX: 'am, can, have',
  ADJ: 'lonely, new',
  ADV: 'really, never',
  ADP: 'in, with, about',
  SCONJ: 'because, if',
  CCONJ: 'and, but',
  DET: 'the, a, some',
  NUM: 'two, 2026',
  PART: 'to, not, ’s',
  INTJ: 'oh, yes',
  PUNCT: '. , ?',
  SYM: '$, :)',
  X: null,
};
