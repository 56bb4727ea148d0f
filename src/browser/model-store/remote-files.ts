import { LabError } from '../../core/error.ts';
import { tryParseJson } from '../../core/json.ts';
import type { LoadOptions } from '../../core/engine/engine.ts';
import { hasFile, missingFile, type ModelFile, type ModelFiles } from '../../core/engine/files.ts';
import { hashBlob } from './digest.ts';
import { downloadAll } from './download.ts';
import type { Wanted } from './transfer.ts';
import type { FileStore } from './file-store.ts';
import { isMade } from './made-folders.ts';
import { parseManifest, type Manifest } from './manifest.ts';
import { LISTING, parseListing, probeFolder } from './probe-folder.ts';
import { cutFile, wrongHash } from './store-faults.ts';
import { wholeTransfer } from './transfer.ts';

const MANIFEST = 'manifest.json';

export interface RemoteModel {
  /** Key in the store. */
  id: string;
  name: string;
  /** Folder address, ending in a slash. */
  url: string;
}

/** The files of a folder, and what its manifest says. */
interface Listed extends Partial<Pick<Manifest, 'selfTest' | 'base'>> {
  files: ModelFile[];
}

/** Why a stored file cannot be read: it was evicted, its bytes have changed, or the browser refuses to read it. */
const GONE = new Set<string>(['missing-file', 'bad-file', 'quota']);

export interface ListOptions extends LoadOptions {
  /** List a folder without a manifest again. */
  relist?: boolean;
}

/**
 * The files of a folder on a server. They are fetched on demand and stored, so the model then works offline. Without a
 * store, or when it is full, they are held in memory.
 */
export async function remoteFiles(
  store: FileStore | undefined,
  model: RemoteModel,
  options: ListOptions = {},
  fetcher: typeof fetch = fetch,
): Promise<ModelFiles> {
  const { files: list, selfTest, base } = await listRemote(store, model, options, fetcher);
  const held = new Map<string, Blob>();
  const wanted = (path: string): Wanted => {
    const file = list.find((each) => each.path === path);
    if (!file) throw missingFile(model.name, path);
    return { ...file, url: new URL(path, model.url).href };
  };
  const holdInMemory = async (paths: string[], { onProgress, signal }: LoadOptions) => {
    const totalBytes = paths.reduce((sum, path) => sum + wanted(path).bytes, 0);
    let loadedBytes = 0;
    for (const path of paths) {
      if (!held.has(path)) held.set(path, await fetchBlob(wanted(path), signal, fetcher));
      loadedBytes += wanted(path).bytes;
      onProgress?.({ stage: 'Fetching the model (it cannot be kept on this device)', loadedBytes, totalBytes });
    }
  };

  /** Paths that `ensure` found or put in the store. */
  const stored = new Set<string>();
  /** What `read` makes of a stored file, or what is held of it; fetched first if it is not here, or not any more. */
  async function opened<Opened>(path: string, read: (store: FileStore) => Promise<Opened>): Promise<Opened | Blob> {
    if (!hasFile(files, path)) throw missingFile(model.name, path);
    if (store && stored.has(path)) {
      try {
        return await read(store);
      } catch (error) {
        if (!(error instanceof LabError && GONE.has(error.code))) throw error;
        stored.delete(path);
      }
    }
    await files.ensure([path], {});
    return held.get(path) ?? read(store as FileStore);
  }

  const files: ModelFiles = {
    name: model.name,
    list,
    selfTest,
    madeFor: base,
    open: (path) => opened(path, (from) => from.open(model.id, path)),
    async openNow(path) {
      const file = await opened(path, (from) => from.openNow(model.id, path));
      return file instanceof Blob ? undefined : file;
    },
    async ensure(paths, ensureOptions) {
      if (!store) return holdInMemory(paths, ensureOptions);
      const missing = paths.filter((path) => !held.has(path) && !stored.has(path));
      try {
        await downloadAll(store, model.id, missing.map(wanted), ensureOptions, fetcher);
        for (const path of missing) stored.add(path);
      } catch (error) {
        if (!(error instanceof LabError && error.code === 'quota')) throw error;
        await holdInMemory(missing, ensureOptions);
      }
    },
  };
  return files;
}

async function fetchBlob(wanted: Wanted, signal: AbortSignal | undefined, fetcher: typeof fetch): Promise<Blob> {
  const { body } = await wholeTransfer({ ...wanted, signal, fetcher });
  const blob = await new Response(body).blob().catch((error: unknown) => {
    if (signal?.aborted) throw LabError.cancelled();
    throw LabError.from(error, {
      code: 'network',
      where: wanted.url,
      what: 'The transfer was cut off',
      todo: 'Try again.',
      retryable: true,
    });
  });
  const actual = wanted.sha256 && (await hashBlob(blob, signal));
  if (wanted.sha256 && actual !== wanted.sha256.toLowerCase()) throw wrongHash(wanted.path, actual, wanted.sha256);
  if (!wanted.sha256 && wanted.bytes > 0 && blob.size !== wanted.bytes)
    throw cutFile(wanted.path, blob.size, wanted.bytes);
  return blob;
}

/**
 * The manifest from the server, or the stored one if the server cannot be reached or sends a damaged one. Without one,
 * the usual names of model files are probed once; the result is stored and reused unless `relist`.
 */
async function listRemote(
  store: FileStore | undefined,
  model: RemoteModel,
  { signal, relist }: ListOptions,
  fetcher: typeof fetch,
): Promise<Listed> {
  const url = new URL(MANIFEST, model.url).href;
  let response: Response | undefined;
  let damage: LabError | undefined;
  try {
    response = await fetcher(url, { cache: 'no-cache', ...(signal ? { signal } : {}) });
  } catch {
    if (signal?.aborted) throw LabError.cancelled();
  }
  if (response?.ok) {
    const text = await response.text();
    if (!text.trimStart().startsWith('<') && !isOtherManifest(text)) {
      const manifest = readManifest(text, url);
      if ('files' in manifest) {
        await keepList(store, model.id, MANIFEST, text);
        return manifest;
      }
      damage = manifest;
    }
  }
  const kept = store && !relist && (await keptList(store, model));
  if (kept) return kept;
  if (damage) throw damage;
  try {
    const found = await probeFolder({ url: model.url, signal, fetcher });
    await keepList(store, model.id, LISTING, JSON.stringify(found));
    return { files: found };
  } catch (error) {
    const held =
      store && !(error instanceof LabError && error.code === 'cancelled') ? await heldFiles(store, model.id) : [];
    if (held.length > 0) return { files: held };
    if (response || !(error instanceof LabError && error.code === 'missing-file')) throw error;
    throw new LabError({
      code: 'network',
      where: model.url,
      what: 'The server cannot be reached, and the model is not on this device yet.',
      todo: 'Connect to the network and try again; the server must allow other sites to read its files (CORS).',
    });
  }
}

/** The manifest, or what is wrong with it. */
function readManifest(text: string, url: string): Manifest | LabError {
  try {
    return parseManifest(text, url);
  } catch (error) {
    if (error instanceof LabError) return error;
    throw error;
  }
}

/** For example a web app's manifest: JSON of that name without a list of files. */
function isOtherManifest(text: string): boolean {
  const json = tryParseJson(text);
  return typeof json === 'object' && json !== null && !('files' in json);
}

async function keepList(store: FileStore | undefined, id: string, path: string, text: string): Promise<void> {
  if (!store) return;
  try {
    // If it cannot be read, it is written again.
    if ((await keptText(store, id, path).catch(() => undefined)) === text) return;
    await store.removeFile(id, path);
    await store.append({ model: id, path, bytes: 0 }, new Blob([text]).stream());
  } catch (error) {
    if (!(error instanceof LabError && error.code === 'quota')) throw error;
  }
}

async function keptText(store: FileStore, id: string, path: string): Promise<string | undefined> {
  return (await store.condition(id, path)) === 'whole' ? (await store.open(id, path)).text() : undefined;
}

/** The stored list, if complete and unchanged. */
async function keptList(store: FileStore, { id, name }: RemoteModel): Promise<Listed | undefined> {
  const manifest = await keptText(store, id, MANIFEST);
  if (manifest !== undefined) return parseManifest(manifest, `${name}/${MANIFEST}`);
  const listing = await keptText(store, id, LISTING);
  const files = listing === undefined ? undefined : parseListing(listing);
  return files && { files };
}

/** The stored files of a model, if no list is available. */
async function heldFiles(store: FileStore, id: string): Promise<ModelFile[]> {
  const held = (await store.complete(id)).filter(({ path }) => path !== MANIFEST && path !== LISTING && !isMade(path));
  return held.map(({ path, bytes, sha256 }) => ({ path, bytes, ...(sha256 ? { sha256 } : {}) }));
}
