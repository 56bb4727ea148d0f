import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { parseJson } from '../../src/core/json.ts';
import { isAdapterGguf } from '../../src/core/formats/gguf/config.ts';
import { readGgufMetadata } from '../../src/core/formats/gguf/read.ts';
import { MANIFEST_NAME } from '../../src/core/formats/manifest.ts';
import { isAdapterFile, openAdapterFiles, type OpenedAdapterFiles } from '../../src/core/training/merge/index.ts';
import { ADAPTER_CONFIG } from '../../src/core/training/peft-config.ts';
import { checkAdapterManifest, isAdapterManifest } from '../../src/node/adapter-manifest.ts';
import { exists, readIfPresent, unreadable } from '../../src/node/read-file.ts';
import { type FileSource, fileSource } from './source.ts';

export interface OpenedAdapter extends OpenedAdapterFiles {
  close: () => Promise<void>;
}

/**
 * Opens an adapter: a GGUF file, or a folder with one or with PEFT's files.
 * @throws {LabError} `missing-file` when there is none, and what `openAdapterFiles` says about its contents.
 */
export async function openAdapterPath(path: string): Promise<OpenedAdapter> {
  const full = resolve(path);
  const info = await stat(full).catch((error: unknown) => {
    throw unreadable(error, path, { what: 'The adapter cannot be opened', todo: 'Check --adapter.' });
  });
  const names = info.isDirectory()
    ? (await readdir(full)).filter(isAdapterFile).map((name) => join(full, name))
    : [full];
  const sources: FileSource[] = [];
  const close = async (): Promise<void> => void (await Promise.all(sources.map((source) => source.close())));
  try {
    if (info.isDirectory()) await checkAdapterManifest(full);
    for (const name of names) sources.push(await fileSource(name));
    return { ...(await openAdapterFiles(basename(full), sources)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Whether a path holds an adapter and not a model. */
export async function isAdapter(path: string): Promise<boolean> {
  if (await exists(join(path, ADAPTER_CONFIG))) return true;
  const manifest = await readIfPresent(join(path, MANIFEST_NAME));
  if (manifest !== undefined) return isAdapterManifest(parseJson(manifest, join(path, MANIFEST_NAME)));
  if (!/\.gguf$/i.test(path)) return false;
  const source = await fileSource(path);
  try {
    return isAdapterGguf(await readGgufMetadata(source));
  } finally {
    await source.close();
  }
}
