import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LabError } from '../../src/core/error.ts';
import type { FileSink, FolderSink } from '../../src/core/formats/export/sink.ts';
import { ifPresent } from '../../src/node/read-file.ts';

/** How the output path is named: an option of the command, or the setting of a run. */
export type PlaceOption = '--out' | '--set out=';

/** Turns an error of the file system into advice. */
export function diskError(error: unknown, path: string, option: PlaceOption = '--out'): LabError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new LabError(
      {
        code: 'quota',
        what: 'The disk is full.',
        where: path,
        todo: `Free some space or choose another folder with ${option}.`,
      },
      { cause: error },
    );
  }
  return LabError.from(error, {
    code: 'io',
    what: 'The file cannot be written',
    where: path,
    todo: `Check the folder and its permissions, or choose another with ${option}.`,
  });
}

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

/** Writes a file atomically; a link stays a link. */
export async function replaceFile(path: string, text: string, option: PlaceOption = '--out'): Promise<void> {
  const target = (await ifPresent(path, realpath(path))) ?? path;
  const temporary = `${target}.partial-${process.pid}`;
  try {
    await writeFile(temporary, text);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw diskError(error, path, option);
  }
}
