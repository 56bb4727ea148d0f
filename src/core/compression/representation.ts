/** How an utterance enters the context: unchanged, only key parts of speech, or without stopwords. */
export const REPRESENTATION_IDS = ['raw', 'keypos', 'nostopwords'] as const;
export type RepresentationId = (typeof REPRESENTATION_IDS)[number];

/** Name and summary (one sentence for the interface) of each, known before its code is loaded. */
export const REPRESENTATIONS: Readonly<Record<RepresentationId, { name: string; summary: string }>> = {
  raw: { name: 'Raw', summary: 'Every word as written.' },
  keypos: { name: 'KeyPOS', summary: 'Only words of key parts of speech, such as nouns, verbs and pronouns.' },
  nostopwords: { name: 'NoStopwords', summary: 'Everything but the 179 most common English words.' },
};

/** A word or punctuation mark of an utterance; `start` and `end` are UTF-16 offsets into it, end exclusive. */
export interface TokenSpan {
  start: number;
  end: number;
  keep: boolean;
  /** The universal part of speech, if the method tags words. */
  tag?: Upos;
}

/**
 * Why an utterance is sent as written: the compression does not know the language, the utterance signals danger, or
 * nothing would be left of the message to be answered.
 */
export type AsWritten = 'language' | 'danger' | 'empty';

/** An utterance after compression: the text that enters the context and the spans that explain it. */
export interface Compressed {
  text: string;
  spans: TokenSpan[];
  /** Absent where the utterance was compressed. */
  asWritten?: AsWritten;
}

/** One way to compress an utterance. Pure: the same text always gives the same result. */
export interface Representation {
  id: RepresentationId;
  compress: (text: string) => Compressed;
}

/** Universal Dependencies v2 part-of-speech tags (https://universaldependencies.org/u/pos/). */
export const UPOS = [
  'ADJ',
  'ADP',
  'ADV',
  'AUX',
  'CCONJ',
  'DET',
  'INTJ',
  'NOUN',
  'NUM',
  'PART',
  'PRON',
  'PROPN',
  'PUNCT',
  'SCONJ',
  'SYM',
  'VERB',
  'X',
] as const;
export type Upos = (typeof UPOS)[number];

/** The paper's key parts of speech, which KeyPOS keeps. */
export const KEY_UPOS: readonly Upos[] = ['NOUN', 'VERB', 'ADJ', 'ADV', 'ADP', 'PROPN', 'NUM', 'SCONJ', 'PRON'];

export interface TaggedToken {
  start: number;
  end: number;
  tag: Upos;
}

/** A part-of-speech tagger that runs on this machine. */
export interface Tagger {
  id: TaggerId;
  name: string;
  /** Share of keep/drop decisions that agree with gold on UD English-EWT dev (without PUNCT, SYM and X), in 0..1. */
  keepAccuracy: number;
  tag(text: string): TaggedToken[];
}

export const TAGGER_IDS = ['wink', 'compromise'] as const;
export type TaggerId = (typeof TAGGER_IDS)[number];
