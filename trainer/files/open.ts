import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { LabError } from '../../src/core/error.ts';
import type { Checkpoint, SideFiles } from '../../src/core/formats/checkpoint/checkpoint.ts';
import { openGguf } from '../../src/core/formats/gguf/checkpoint.ts';
import { SAFETENSORS_INDEX, SIDE_FILES } from '../../src/core/formats/checkpoint/side-files.ts';
import { indexedFiles, openSafetensors, weightFiles } from '../../src/core/formats/safetensors/checkpoint.ts';
import { ifPresent, readIfPresent } from '../../src/node/read-file.ts';
import { type FileSource, fileSource } from './source.ts';

export interface OpenedCheckpoint {
  checkpoint: Checkpoint;
  /** The weight files, for messages and cards. */
  weightFiles: string[];
  close: () => Promise<void>;
}

/**
 * Opens the weights at `path`: a .gguf or .safetensors file, or a folder that contains one, with the JSON files next to
 * it.
 * @param option the option that named the path, for errors.
 * @throws {LabError} `missing-file` when there are no weights, or several GGUF files to choose from.
 */
export async function openCheckpoint(path: string, option = '--in'): Promise<OpenedCheckpoint> {
  const full = resolve(path);
  const info = await ifPresent(path, stat(full));
  if (!info)
    throw new LabError({
      code: 'missing-file',
      what: 'The file or folder does not exist.',
      where: path,
      todo: `Check ${option}.`,
    });
  const folder = info.isDirectory() ? full : dirname(full);
  const files = await sideFiles(folder);
  const weights = info.isDirectory() ? await weightsIn(folder, path, option, files) : [basename(full)];
  const sources: FileSource[] = [];
  const close = async (): Promise<void> => void (await Promise.all(sources.map((source) => source.close())));
  try {
    for (const name of weights) sources.push(await fileSource(join(folder, name)));
    const [first] = sources;
    const checkpoint =
      first && /\.gguf$/i.test(first.name)
        ? await openGguf(first, files)
        : await openSafetensors(basename(folder), sources, files);
    return { checkpoint, weightFiles: weights, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function weightsIn(folder: string, shown: string, option: string, files: SideFiles): Promise<string[]> {
  const names = (await readdir(folder)).sort();
  const safetensors = names.filter((name) => name.endsWith('.safetensors'));
  if (safetensors.length) return weightFiles(safetensors, indexedFiles(files.get(SAFETENSORS_INDEX)));
  const gguf = names.filter((name) => /\.gguf$/i.test(name));
  if (gguf.length === 1) return gguf;
  throw new LabError({
    code: 'missing-file',
    what: gguf.length
      ? `The folder contains ${gguf.length} GGUF files: ${gguf.join(', ')}.`
      : 'The folder contains no .gguf and no .safetensors file.',
    where: shown,
    todo: gguf.length ? `Name one of them with ${option}.` : `Check ${option}.`,
  });
}

/** The small files that accompany weights, if the folder has them. */
export async function sideFiles(folder: string): Promise<SideFiles> {
  const files: SideFiles = new Map();
  for (const name of SIDE_FILES) {
    const text = await readIfPresent(join(folder, name));
    if (text !== undefined) files.set(name, text);
  }
  return files;
}
