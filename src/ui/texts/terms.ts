import type { RepresentationId } from '../../core/compression/representation.ts';

/**
 * Names and sentences that `core` and `lab` give the interface in English, by id. English has none of these: there what
 * `core` says is shown. `named.ts` chooses.
 */
export interface Terms {
  /** What a compression of utterances does. */
  compressions: Record<RepresentationId, string>;
}
