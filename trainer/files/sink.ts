import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { LabError } from '../../src/error.ts';
import type { FileSink, FolderSink } from '../../src/model/export/sink.ts';

/** Turns what the file system says into advice. */
export function diskError(error: unknown, path: string): LabError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new LabError({ code: 'quota', what: 'The disk is full.', where: path, todo: 'Free some space or choose another folder with --out.' }, { cause: error });
  }
  return LabError.from(error, { code: 'bad-file', what: 'The file cannot be written', where: path, todo: 'Check the folder and its permissions, or choose another with --out.' });
}

class NodeFileSink implements FileSink {
  private readonly hash = createHash('sha256');
  private bytes = 0;

  constructor(
    private readonly handle: FileHandle,
    private readonly path: string,
    private readonly full: string,
  ) {}

  async write(bytes: Uint8Array): Promise<void> {
    try {
      for (let done = 0; done < bytes.length; ) done += (await this.handle.write(bytes, done)).bytesWritten;
    } catch (error) {
      throw diskError(error, this.full);
    }
    this.hash.update(bytes);
    this.bytes += bytes.length;
  }

  async close() {
    await this.handle.close().catch((error: unknown) => {
      throw diskError(error, this.full);
    });
    return { path: this.path, bytes: this.bytes, sha256: this.hash.digest('hex') };
  }
}

/** A sink that writes below `root`, hashing as it goes. */
export function diskFolder(root: string): FolderSink {
  return {
    async create(path) {
      const full = join(root, path);
      try {
        await mkdir(dirname(full), { recursive: true });
        return new NodeFileSink(await open(full, 'w'), path, full);
      } catch (error) {
        throw diskError(error, full);
      }
    },
  };
}

/**
 * Fills a folder through `write` so that it appears whole or not at all: into a temporary folder beside it, renamed at
 * the end. A folder that was there before is replaced only then.
 */
export async function writeFolder<T>(out: string, write: (temporary: string) => Promise<T>): Promise<T> {
  const target = resolve(out);
  const temporary = `${target}.partial-${process.pid}`;
  const before = `${target}.old-${process.pid}`;
  try {
    const result = await write(temporary);
    try {
      const replaced = await exists(target);
      if (replaced) await rename(target, before);
      await rename(temporary, target).catch(async (error: unknown) => {
        if (replaced) await rename(before, target);
        throw error;
      });
      if (replaced) await rm(before, { recursive: true });
    } catch (error) {
      throw diskError(error, target);
    }
    return result;
  } finally {
    // Whatever went wrong before is the better story than a folder that could not be removed.
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
  }
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
