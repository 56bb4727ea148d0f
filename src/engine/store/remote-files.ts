import { LabError } from '../../error.ts';
import { SIDE_FILES } from '../../model/checkpoint/side-files.ts';
import type { LoadOptions } from '../engine.ts';
import { hasFile, missingFile, type ModelFile, type ModelFiles } from '../files.ts';
import { downloadAll, downloadFile, parseManifest, type Wanted } from './download.ts';
import type { FileStore } from './file-store.ts';

const MANIFEST = 'manifest.json';

export interface RemoteModel {
  /** Key in the store. */
  id: string;
  name: string;
  /** Folder address, ending in a slash. */
  url: string;
}

/**
 * The files of a folder on a server. They are fetched when they are asked for and kept in the store, so the model
 * works without a network from then on. Without a store, or when it is full, they are held in memory.
 */
export async function remoteFiles(
  store: FileStore | undefined,
  model: RemoteModel,
  options: LoadOptions = {},
  fetcher: typeof fetch = fetch,
): Promise<ModelFiles> {
  const list = await listRemote(store, model, options.signal, fetcher);
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
      if (!held.has(path)) held.set(path, await fetchBlob(wanted(path).url, signal, fetcher));
      loadedBytes += wanted(path).bytes;
      onProgress?.({ stage: 'Fetching the model (it cannot be kept on this device)', loadedBytes, totalBytes });
    }
  };

  const files: ModelFiles = {
    name: model.name,
    list,
    async open(path) {
      if (!hasFile(files, path)) throw missingFile(model.name, path);
      await files.ensure([path], {});
      return held.get(path) ?? (store as FileStore).open(model.id, path);
    },
    async ensure(paths, ensureOptions) {
      if (!store) return holdInMemory(paths, ensureOptions);
      try {
        await downloadAll(store, model.id, paths.filter((path) => !held.has(path)).map(wanted), ensureOptions, fetcher);
      } catch (error) {
        if (!(error instanceof LabError && error.code === 'quota')) throw error;
        await holdInMemory(paths, ensureOptions);
      }
    },
  };
  return files;
}

async function fetchBlob(url: string, signal: AbortSignal | undefined, fetcher: typeof fetch): Promise<Blob> {
  const response = await fetcher(url, signal ? { signal } : {});
  if (!response.ok) throw new LabError({ code: 'network', where: url, what: `The server answered ${response.status}.`, todo: 'Try again later.' });
  return response.blob();
}

/** The manifest from the server, or the stored one when the server can't be reached; without one, known names are tried. */
async function listRemote(store: FileStore | undefined, model: RemoteModel, signal: AbortSignal | undefined, fetcher: typeof fetch): Promise<ModelFile[]> {
  const url = new URL(MANIFEST, model.url).href;
  let response: Response | undefined;
  try {
    response = await fetcher(url, { cache: 'no-cache', ...(signal ? { signal } : {}) });
  } catch {
    if (signal?.aborted) throw LabError.cancelled();
  }
  if (response?.ok) {
    const text = await response.text();
    if (!text.trimStart().startsWith('<')) {
      const list = parseManifest(text, url).files;
      await keepManifest(store, model.id, text);
      return list;
    }
  }
  const kept = store && (await keptManifest(store, model));
  if (kept) return kept;
  if (!response) {
    throw new LabError({ code: 'network', where: model.url, what: 'The server cannot be reached, and the model is not on this device yet.', todo: 'Connect to the network and try again.' });
  }
  return probeFolder(model, signal, fetcher);
}

async function keepManifest(store: FileStore | undefined, id: string, text: string): Promise<void> {
  if (!store) return;
  try {
    await store.removeFile(id, MANIFEST);
    await store.append({ model: id, path: MANIFEST, bytes: 0 }, new Blob([text]).stream());
  } catch (error) {
    if (!(error instanceof LabError && error.code === 'quota')) throw error;
  }
}

async function keptManifest(store: FileStore, model: RemoteModel): Promise<ModelFile[] | undefined> {
  const held = await store.complete(model.id);
  if (held.some(({ path }) => path === MANIFEST)) {
    return parseManifest(await (await store.open(model.id, MANIFEST)).text(), `${model.name}/${MANIFEST}`).files;
  }
  return held.length > 0 ? held.map(({ path, bytes }) => ({ path, bytes })) : undefined;
}

const GRAPHS = ['_q4f16', '_q4', '_quantized', '', '_fp16'].map((suffix) => `onnx/model${suffix}.onnx`);
const MAX_DATA_FILES = 100;

/** Finds out what a folder without a manifest holds, by asking for the names that a model folder has. */
async function probeFolder(model: RemoteModel, signal: AbortSignal | undefined, fetcher: typeof fetch): Promise<ModelFile[]> {
  const size = async (path: string): Promise<ModelFile | undefined> => {
    const response = await fetcher(new URL(path, model.url), { method: 'HEAD', ...(signal ? { signal } : {}) }).catch(() => undefined);
    if (signal?.aborted) throw LabError.cancelled();
    const html = response?.headers.get('content-type')?.startsWith('text/html');
    return response?.ok && !html ? { path, bytes: Number(response.headers.get('content-length') ?? 0) } : undefined;
  };
  const found: ModelFile[] = [];
  for (const path of [...SIDE_FILES, ...GRAPHS]) {
    const file = await size(path);
    if (!file) continue;
    found.push(file);
    for (let i = 0; path.endsWith('.onnx') && i < MAX_DATA_FILES; i++) {
      const data = await size(`${path}_data${i === 0 ? '' : `_${i}`}`);
      if (!data) break;
      found.push(data);
    }
  }
  if (!found.some(({ path }) => path === 'config.json')) throw missingFile(model.url, 'config.json');
  return found;
}

/** Fetches a single file, such as a GGUF, into the store. */
export async function fetchInto(store: FileStore, model: RemoteModel, path: string, options: LoadOptions, fetcher: typeof fetch = fetch): Promise<void> {
  const report = (loadedBytes: number) => options.onProgress?.({ stage: 'Fetching the model', loadedBytes, totalBytes: 0 });
  await downloadFile(store, model.id, { path, url: model.url, bytes: 0 }, report, options.signal, fetcher);
}
