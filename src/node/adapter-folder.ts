import { createHash } from 'node:crypto';
import { constants, copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { missingFile } from '../core/engine/files.ts';
import { CHAT_TEMPLATE_FILE } from '../core/formats/checkpoint/template.ts';
import { exportOverlay } from '../core/formats/export/overlay.ts';
import { memoryFolder } from '../core/formats/export/memory-sink.ts';
import { MANIFEST_NAME, type ModelManifest } from '../core/formats/manifest.ts';
import { bytesSource } from '../core/formats/source.ts';
import {
  checkAdapterBase,
  isAdapterFile,
  mergedCheckpoint,
  mergeKey,
  openAdapterFiles,
  type HashedFile,
} from '../core/training/merge/index.ts';
import { openExportedFiles } from '../engines/exported-files.ts';
import { chooseVariant } from '../engines/transformers/variants.ts';
import { checkAdapterManifest } from './adapter-manifest.ts';
import { nodeFiles } from './node-files.ts';
import { checkFiles, readManifest, sha256Of } from './node-manifest.ts';

/** Merged models of this checkout: one per base and adapter. */
const CACHE = fileURLToPath(new URL('../../.cache/merged/', import.meta.url));

export interface MergeFolderOptions {
  signal?: AbortSignal;
  /** Folder for the merged models. Default: the cache of this checkout. */
  cache?: string;
}

/**
 * The folder of a base with an adapter merged into it, as `export` would write it. It is made once; another version of
 * the base or the adapter replaces it.
 * @param adapter folder with a GGUF adapter or PEFT's files.
 * @throws {LabError} `bad-config` when the adapter does not fit, `hash-mismatch` when it is damaged or was made for
 * another version of the base, and what reading throws.
 */
export async function mergedFolder(
  base: string,
  adapter: string,
  { signal, cache = CACHE }: MergeFolderOptions = {},
): Promise<string> {
  const baseFiles = await nodeFiles(base);
  const { graph, data } = chooseVariant(baseFiles, 'cpu', false);
  const manifest = await readManifest(base);
  if (!manifest) throw missingFile(base, MANIFEST_NAME);
  const adapterManifest = await checkAdapterManifest(adapter);
  if (adapterManifest) checkAdapterBase(adapter, adapterManifest.base, manifest.files);
  const hashes = await adapterHashes(adapter);
  const key = mergeKey({
    base: manifest.files.filter(({ path }) => ['config.json', graph, ...data].includes(path)),
    adapter: hashes,
    parts: [{ folder: '', weight: 1 }],
  });
  const versions = versionsPrefix(base, adapter);
  const folder = join(cache, `${versions}${key.slice(0, 32)}`);
  if (await isWhole(folder, manifest)) return folder;
  const opened = await openAdapterFiles(
    basename(adapter),
    await Promise.all(hashes.map(async ({ path: name }) => bytesSource(name, await readFile(join(adapter, name))))),
  );
  const overlay = memoryFolder();
  await exportOverlay(
    await readFile(join(base, graph)),
    mergedCheckpoint(await openExportedFiles(baseFiles, signal ? { signal } : {}), [
      { adapter: opened.adapter, weight: 1 },
    ]),
    overlay,
    { name: basename(adapter), ...(signal && { signal }) },
  );
  const unfinished = `${folder}.${process.pid}`;
  try {
    await writeMerged(unfinished, base, manifest, { ...opened, files: overlay.files });
    await rename(unfinished, folder);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    // Another process may have made the same.
    if (!(await isWhole(folder, manifest))) throw error;
  }
  await removeOtherVersions(cache, versions, basename(folder));
  return folder;
}

/** How the names of all versions of a merged model begin. Folders of the same name in other places are others. */
function versionsPrefix(base: string, adapter: string): string {
  const places = JSON.stringify([resolve(base), resolve(adapter)]);
  const name = basename(resolve(adapter)).replace(/[^\w.-]+/g, '-');
  return `${name}-${createHash('sha256').update(places).digest('hex').slice(0, 8)}-`;
}

/** Each version is as large as its base. Those that other processes are still writing have longer names. */
async function removeOtherVersions(cache: string, prefix: string, kept: string): Promise<void> {
  const stale = (await readdir(cache)).filter(
    (name) => name.startsWith(prefix) && /^[0-9a-f]{32}$/.test(name.slice(prefix.length)) && name !== kept,
  );
  // One that cannot be removed, e.g. because it is open on Windows, does no harm.
  await Promise.all(
    stale.map((name) => rm(join(cache, name), { recursive: true, force: true }).catch(() => undefined)),
  );
}

/** The files of an adapter in a folder that are read, with their hashes. */
export async function adapterHashes(folder: string): Promise<HashedFile[]> {
  const names = (await readdir(folder)).filter(isAdapterFile);
  return Promise.all(names.map(async (path) => ({ path, sha256: await sha256Of(join(folder, path)) })));
}

/** Whether a merged model is there, and what differs from its base is unchanged; what is damaged is removed. */
async function isWhole(folder: string, base: ModelManifest): Promise<boolean> {
  try {
    const manifest = await readManifest(folder);
    if (!manifest) return false;
    const shared = new Set(base.files.map(({ sha256 }) => sha256));
    await checkFiles(
      folder,
      manifest.files.filter(({ sha256 }) => !shared.has(sha256)),
    );
    return true;
  } catch {
    await rm(folder, { recursive: true, force: true });
    return false;
  }
}

async function writeMerged(
  folder: string,
  base: string,
  manifest: ModelManifest,
  { files, template }: { files: ReadonlyMap<string, Blob>; template: string | undefined },
): Promise<void> {
  const own = new Map(files);
  if (template !== undefined) own.set(CHAT_TEMPLATE_FILE, new Blob([template]));
  const listed: ModelManifest['files'] = [];
  for (const file of manifest.files) {
    if (own.has(file.path) || file.path === 'README.md') continue;
    const to = join(folder, file.path);
    await mkdir(dirname(to), { recursive: true });
    // ONNX Runtime refuses links that lead out of the folder of the graph, and Python's onnx refuses files with several
    // hard links, which the base would then be as well. So the disk shares them only where it can copy lazily.
    await copyFile(join(base, file.path), to, constants.COPYFILE_FICLONE);
    listed.push(file);
  }
  for (const [path, blob] of own) {
    const to = join(folder, path);
    await mkdir(dirname(to), { recursive: true });
    await writeFile(to, new Uint8Array(await blob.arrayBuffer()));
    listed.push({ path, bytes: blob.size, sha256: await sha256Of(to) });
  }
  const merged: ModelManifest = {
    ...manifest,
    // Those of the base.
    selfTest: undefined,
    files: listed.sort((a, b) => (a.path < b.path ? -1 : 1)),
  };
  await writeFile(join(folder, MANIFEST_NAME), `${JSON.stringify(merged, null, 2)}\n`);
}
