import type { FileSink, FolderSink } from './sink.ts';

/** A browser keeps blobs in another process, so they are made of many pieces at once. */
const BLOB_BYTES = 8 * 2 ** 20;

/** Collects written pieces; nothing is hashed, because nothing is stored. */
export function memorySink(path: string): FileSink & { blob(): Blob } {
  const blobs: Blob[] = [];
  let pieces: Uint8Array<ArrayBuffer>[] = [];
  let waiting = 0;
  const gather = (): void => {
    if (waiting > 0) blobs.push(new Blob(pieces));
    pieces = [];
    waiting = 0;
  };
  const blob = (): Blob => {
    gather();
    return new Blob(blobs);
  };
  return {
    async write(bytes) {
      // The writer reuses its buffers.
      pieces.push(bytes.slice());
      waiting += bytes.length;
      if (waiting >= BLOB_BYTES) gather();
    },
    close: () => Promise.resolve({ path, bytes: blob().size, sha256: '' }),
    blob,
  };
}

/** A folder in memory, by the paths of its files. */
export function memoryFolder(): FolderSink & { readonly files: ReadonlyMap<string, Blob> } {
  const files = new Map<string, Blob>();
  return {
    files,
    async create(path) {
      const sink = memorySink(path);
      return {
        write: (bytes) => sink.write(bytes),
        close() {
          files.set(path, sink.blob());
          return sink.close();
        },
      };
    },
  };
}
