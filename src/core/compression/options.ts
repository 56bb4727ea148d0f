import type { RepresentationId, TaggerId, Upos } from './representation.ts';

/** Which tagger and kept parts of speech (both only matter to KeyPOS), and what is kept beyond the paper's rules. */
export interface RepresentationOptions {
  /** Default: wink. */
  tagger?: TaggerId | undefined;
  /** The parts of speech that KeyPOS keeps. Default: the paper's. */
  keep?: readonly Upos[] | undefined;
  /** Whether negations are kept, which the paper's compressions drop. */
  negations?: boolean | undefined;
}

/** A compression and its options. */
export interface CompressOptions extends RepresentationOptions {
  representation: RepresentationId;
}

/** The compression that settings name, without what they leave to its defaults. */
export function compressionOf({ representation, tagger, keep, negations }: CompressOptions): CompressOptions {
  return { representation, ...(tagger && { tagger }), ...(keep && { keep }), ...(negations && { negations }) };
}
