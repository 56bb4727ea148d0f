import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, open, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The largest part: a machine may be reached only by calls that carry little. */
const PART_BYTES = 50 * 2 ** 20;

const ARCHIVE = 'gpu-bench.tar.gz';
/** Read and written at once. */
const CHUNK_BYTES = 4 * 2 ** 20;

interface Piece {
  name: string;
  bytes: number;
  sha256: string;
}

/** The file `parts.json`, which `join.py` reads. */
export interface PartList {
  version: 1;
  archive: Piece;
  parts: Piece[];
}

/**
 * Packs a folder into `out` as parts of at most `partBytes`, with their hashes and the script that joins them. `more`
 * are further files for the archive's root.
 */
export async function pack(
  folder: string,
  out: string,
  more: readonly string[] = [],
  partBytes = PART_BYTES,
): Promise<PartList> {
  await mkdir(out, { recursive: true });
  const others = (await readdir(out)).filter((name) => !isOurs(name));
  if (others.length > 0) throw new Error(`${out} contains ${others[0]}: give a folder that is new or empty.`);
  for (const name of await readdir(out)) await rm(join(out, name));
  const archive = join(out, ARCHIVE);
  for (const file of more) await copyFile(file, join(folder, basename(file)));
  await run('tar', ['--create', '--gzip', '--file', archive, '--directory', folder, '.']);
  const list = await split(archive, partBytes);
  await rm(archive);
  await writeFile(join(out, 'parts.json'), `${JSON.stringify(list, undefined, 2)}\n`);
  await copyFile(join(import.meta.dirname, 'driver/join.py'), join(out, 'join.py'));
  return list;
}

const isOurs = (name: string): boolean => name.startsWith(ARCHIVE) || ['parts.json', 'join.py'].includes(name);

/** Writes a file's parts next to it. */
async function split(path: string, partBytes: number): Promise<PartList> {
  const { size } = await stat(path);
  const source = await open(path);
  const whole = createHash('sha256');
  const parts: Piece[] = [];
  try {
    for (let from = 0; from < size; from += partBytes) {
      const bytes = Math.min(partBytes, size - from);
      const name = `${basename(path)}.${String(parts.length).padStart(2, '0')}`;
      const [target, hash] = [await open(join(path, '..', name), 'w'), createHash('sha256')];
      try {
        for (let at = 0; at < bytes; at += CHUNK_BYTES) {
          const chunk = Buffer.alloc(Math.min(CHUNK_BYTES, bytes - at));
          await readFully(source, chunk, from + at);
          hash.update(chunk);
          whole.update(chunk);
          await target.writeFile(chunk);
        }
      } finally {
        await target.close();
      }
      parts.push({ name, bytes, sha256: hash.digest('hex') });
    }
  } finally {
    await source.close();
  }
  return { version: 1, archive: { name: basename(path), bytes: size, sha256: whole.digest('hex') }, parts };
}

async function readFully(file: Awaited<ReturnType<typeof open>>, chunk: Buffer, position: number): Promise<void> {
  for (let done = 0; done < chunk.length;) {
    const { bytesRead } = await file.read(chunk, done, chunk.length - done, position + done);
    if (bytesRead === 0) throw new Error('The archive became shorter while it was split.');
    done += bytesRead;
  }
}
