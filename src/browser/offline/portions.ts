import type { OfflineStatus } from './messages.ts';

/** Bytes after which storing pauses, to look whether the network is wanted for something else. */
export const PORTION_BYTES = 2 ** 20;

/** What storing files in portions needs. */
export interface Portions {
  /** Has one more portion stored. */
  next: () => Promise<OfflineStatus>;
  /** Resolves when the network is free: at once, unless a model is being loaded. */
  free: () => Promise<unknown>;
  /** Whether all that was wanted is stored. */
  complete: (status: OfflineStatus) => boolean;
}

/**
 * Stores files portion by portion, each only while no model is being loaded, whose bytes would arrive later for it.
 * Ends when all are stored, or when a portion stores nothing, as without a network.
 */
export async function storePortions({ next, free, complete }: Portions): Promise<OfflineStatus> {
  let missing = Infinity;
  for (;;) {
    await free();
    const status = await next();
    if (complete(status) || status.missingBytes >= missing) return status;
    missing = status.missingBytes;
  }
}
