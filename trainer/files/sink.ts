import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FileSink, FolderSink } from '../../src/core/formats/export/sink.ts';
import { diskError, type PlaceOption } from '../../src/node/write-file.ts';

/** SHA-256 of files that this process wrote, by full path, so that large files need not be read again. */
const hashes = new Map<string, string>();

/** Takes the SHA-256 of a file that a `diskFolder` of this process wrote; available once. */
export function takeHash(path: string): string | undefined {
  const hash = hashes.get(path);
  hashes.delete(path);
  return hash;
}

class NodeFileSink implements FileSink {
  readonly #hash = createHash('sha256');
  #bytes = 0;
  readonly #handle: FileHandle;
  readonly #path: string;
  readonly #full: string;
  readonly #option: PlaceOption;

  constructor(handle: FileHandle, path: string, full: string, option: PlaceOption) {
    this.#handle = handle;
    this.#path = path;
    this.#full = full;
    this.#option = option;
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      for (let done = 0; done < bytes.length;) done += (await this.#handle.write(bytes, done)).bytesWritten;
    } catch (error) {
      throw diskError(error, this.#full, this.#option);
    }
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
  }

  async close() {
    await this.#handle.close().catch((error: unknown) => {
      throw diskError(error, this.#full, this.#option);
    });
    const sha256 = this.#hash.digest('hex');
    hashes.set(this.#full, sha256);
    return { path: this.#path, bytes: this.#bytes, sha256 };
  }
}

/** A sink that writes below `root`, hashing as it goes. */
export function diskFolder(root: string, option: PlaceOption = '--out'): FolderSink {
  return {
    async create(path) {
      const full = join(root, path);
      try {
        await mkdir(dirname(full), { recursive: true });
        return new NodeFileSink(await open(full, 'w'), path, full, option);
      } catch (error) {
        throw diskError(error, full, option);
      }
    },
  };
}
