import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FolderSink } from '../../../core/formats/export/sink.ts';

/** A folder on the disk, without hashes. */
export function diskSink(folder: string): FolderSink {
  return {
    async create(path) {
      const parts: Uint8Array[] = [];
      return {
        write: async (bytes) => void parts.push(bytes.slice()),
        async close() {
          const content = Buffer.concat(parts);
          await mkdir(dirname(join(folder, path)), { recursive: true });
          await writeFile(join(folder, path), content);
          return { path, bytes: content.length, sha256: '' };
        },
      };
    },
  };
}
