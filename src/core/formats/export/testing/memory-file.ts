import { joinBytes } from '../../../bytes.ts';
import type { FileSink } from '../sink.ts';

/** A file in memory, for tests; nothing is hashed. */
export function memoryFile(): FileSink & { bytes(): Uint8Array } {
  const chunks: Uint8Array[] = [];
  const bytes = (): Uint8Array => joinBytes(chunks);
  return {
    // The writer may reuse its buffer.
    write: async (chunk) => void chunks.push(chunk.slice()),
    close: async () => ({ path: 'file', bytes: bytes().length, sha256: '' }),
    bytes,
  };
}
