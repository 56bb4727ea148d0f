import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { builtIn, CORPUS_ID, type BuiltIn } from '../core/dataset/built-in.ts';
import type { Dataset } from '../lab/index.ts';
import { readDataset, type ReadDataset, type ReadOptions } from '../core/dataset/read.ts';
import type { TextFile } from '../core/dataset/text-stream.ts';
import { unreadable } from './read-file.ts';

const BUILT_IN_FOLDER = fileURLToPath(new URL('../../public/dialogues/', import.meta.url));

/** A file on disk, for Node; its bytes are read as needed. */
async function openLocalFile(path: string): Promise<TextFile> {
  const { size } = await stat(path).catch((error: unknown) => {
    throw unreadable(error, path, { what: 'The file cannot be read', todo: 'Check its path.' });
  });
  // Node's type of a web stream differs from the browser's, though the value is one.
  return {
    name: basename(path),
    size,
    stream: () => Readable.toWeb(createReadStream(path)) as ReturnType<TextFile['stream']>,
  };
}

/**
 * Reads the files of one dataset from disk, for Node.
 * @throws {LabError} `missing-file` or `io`, and what `readDataset` throws.
 */
export async function readLocalDataset(paths: readonly string[], options: ReadOptions = {}): Promise<ReadDataset> {
  return readDataset(await Promise.all(paths.map(openLocalFile)), options);
}

/**
 * Reads a whole dataset file, with the SHA-256 of its bytes. `name` replaces the file's own name in ids.
 * @throws {LabError} `missing-file` or `io` with the text of `missing`, and what `readDataset` throws.
 */
export async function readHashedDataset(
  path: string,
  missing: { what: string; todo: string },
  { name = basename(path), ...options }: ReadOptions & { name?: string } = {},
): Promise<{ sha256: string; read: () => Promise<ReadDataset> }> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw unreadable(error, path, missing);
  });
  const blob = new Blob([bytes]);
  return {
    sha256: createHash('sha256').update(bytes).digest('hex'),
    read: () => readDataset([{ name, size: blob.size, stream: () => blob.stream() }], options),
  };
}

/** A file of built-in dialogues of this checkout, for Node. */
export const openBuiltIn = (file: string): Promise<TextFile> => openLocalFile(join(BUILT_IN_FOLDER, file));

/** The path and part of a plan's dataset: a built-in one by its id, otherwise a path. */
export function locateDataset(source: string): { path: string; part?: BuiltIn['part'] } {
  const own = builtIn(source);
  return own ? { path: join(BUILT_IN_FOLDER, own.file), part: own.part } : { path: source };
}

/** A dataset that comes with the lab, for Node; by default the whole Solace corpus. */
export async function readBuiltInDataset(builtInId = CORPUS_ID): Promise<Dataset> {
  const { DatasetLibrary } = await import('../lab/index.ts');
  const { head, dialogues } = await new DatasetLibrary({ readBuiltIn: openBuiltIn }).open(builtInId);
  const { id, name, format, bad, badCount } = head;
  return { id, name, format, dialogues, bad, badCount };
}
