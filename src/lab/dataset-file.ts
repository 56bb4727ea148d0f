import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readDataset, type ReadDataset, type ReadOptions } from '../dataset/read.ts';
import type { TextFile } from '../dataset/text-stream.ts';
import { LabError } from '../error.ts';

const BUILT_IN = fileURLToPath(new URL('../../public/dialogues/solace-72.json', import.meta.url));

/** A file of the disk, for Node; its bytes are read as they are needed. */
export async function openLocalFile(path: string): Promise<TextFile> {
  const blob = await openAsBlob(path).catch((error: unknown) => {
    throw LabError.from(error, { code: 'missing-file', where: path, what: 'The file cannot be read', todo: 'Check its path.' });
  });
  return { name: basename(path), size: blob.size, stream: () => blob.stream() as ReturnType<TextFile['stream']> };
}

/** Reads the files of one dataset from the disk, for Node. Rejects as `readDataset` does, and with `missing-file`. */
export async function readLocalDataset(paths: readonly string[], options: ReadOptions = {}): Promise<ReadDataset> {
  return readDataset(await Promise.all(paths.map(openLocalFile)), options);
}

/** The built-in dataset of this checkout, for Node. */
export const openBuiltIn = (): Promise<TextFile> => openLocalFile(BUILT_IN);
