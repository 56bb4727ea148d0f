import type { FileSink, FolderSink } from './sink.ts';

/** Collects written pieces; nothing is hashed, because nothing is stored. */
export function memorySink(path: string): FileSink & { blob(): Blob } {
  const parts: Blob[] = [];
  return {
    async write(bytes) {
      // The writer reuses its buffers, so a blob takes its own copy.
      parts.push(new Blob([bytes.slice()]));
    },
    close: () => Promise.resolve({ path, bytes: parts.reduce((sum, { size }) => sum + size, 0), sha256: '' }),
    blob: () => new Blob(parts),
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
