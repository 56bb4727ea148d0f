import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Sequence } from './sequence.ts';

/** A hash of the settings (as JSON) and data that determine a run. */
export function fingerprintOf(settings: unknown, sequences: readonly Sequence[]): string {
  const hash = sha256.create().update(utf8ToBytes(JSON.stringify(settings)));
  for (const { ids, positions, branches, labelled } of sequences)
    for (const part of [ids, positions, branches, labelled])
      hash.update(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
  return bytesToHex(hash.digest());
}
