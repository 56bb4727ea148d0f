import type { RepresentationId } from '../../core/compression/representation.ts';

/** What is said about a ready-made comparison. */
export interface ExampleText {
  title: string;
  why: string;
}

/**
 * Names and sentences that `core` and `lab` give the interface in English, by id. English has none of these: there what
 * `core` says is shown. `named.ts` chooses.
 */
export interface Terms {
  /** What a compression of utterances does. */
  compressions: Record<RepresentationId, string>;
  /** What the ready-made comparisons show, in their order. */
  examples: readonly ExampleText[];
}
