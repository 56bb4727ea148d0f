import type { FolderSink } from '../../core/formats/export/sink.ts';
import type { FileStore } from './file-store.ts';

/** Lets the exporter write a model folder directly into the store; unless `hashed`, the hash of a file is empty. */
export function storeSink(store: FileStore, model: string, signal?: AbortSignal, { hashed = true } = {}): FolderSink {
  return {
    async create(path) {
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
      const writer = writable.getWriter();
      const stored = store.append({ model, path, bytes: 0 }, readable, signal ? { signal } : {});
      stored.catch((error: unknown) => writer.abort(error).catch(() => {}));
      return {
        async write(bytes) {
          try {
            // The exporter reuses its buffers.
            await writer.write(bytes.slice());
          } catch (error) {
            await stored;
            throw error;
          }
        },
        async close() {
          await writer.close().catch(() => {});
          await stored;
          const { size } = await store.open(model, path);
          return { path, bytes: size, sha256: hashed ? await store.sha256(model, path, signal) : '' };
        },
      };
    },
  };
}
