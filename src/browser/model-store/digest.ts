import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { throwIfCancelled } from '../../core/error.ts';
import { joined } from './segments.ts';

/**
 * Above this a file is hashed piece by piece in JavaScript, at a sixth of the speed, rather than read into memory
 * whole.
 */
const MOST_AT_ONCE = 256 * 2 ** 20;

/** SHA-256 in lower-case hexadecimal. */
export async function hashBytes(bytes: BufferSource): Promise<string> {
  // Pages that are not served securely have no Web Crypto.
  if (globalThis.crypto?.subtle) return bytesToHex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
  const view = ArrayBuffer.isView(bytes) ? bytes : new Uint8Array(bytes);
  return bytesToHex(sha256(new Uint8Array(view.buffer, view.byteOffset, view.byteLength)));
}

/** Hashes a file of `size` bytes whose pieces arrive in order. */
export function hashPieces(size: number): { add(piece: Uint8Array<ArrayBuffer>): void; digest(): Promise<string> } {
  if (size <= MOST_AT_ONCE) {
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    return { add: (piece) => pieces.push(piece), digest: () => hashBytes(joined(pieces)) };
  }
  const hash = sha256.create();
  return { add: (piece) => hash.update(piece), digest: () => Promise.resolve(bytesToHex(hash.digest())) };
}

/**
 * SHA-256 of a blob in lower-case hexadecimal.
 * @throws {LabError} `cancelled`.
 */
export async function hashBlob(blob: Blob, signal?: AbortSignal): Promise<string> {
  throwIfCancelled(signal);
  if (blob.size <= MOST_AT_ONCE) return hashBytes(await blob.arrayBuffer());
  const hash = hashPieces(blob.size);
  const reader = blob.stream().getReader();
  for (;;) {
    throwIfCancelled(signal);
    const { done, value } = await reader.read();
    if (done) return hash.digest();
    hash.add(value);
  }
}
