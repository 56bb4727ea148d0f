import { LabError } from '../../error.ts';
import { SIDE_FILES } from '../../model/checkpoint/side-files.ts';
import type { LoadOptions } from '../engine.ts';
import { hasFile, missingFile, type ModelFile, type ModelFiles } from '../files.ts';
import { hashBlob } from './digest.ts';
import { downloadAll, type Wanted } from './download.ts';
import type { FileStore } from './file-store.ts';
import { parseManifest } from './manifest.ts';
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
      if (!held.has(path)) held.set(path, await fetchBlob(wanted(path), signal, fetcher));
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

async function fetchBlob(wanted: Wanted, signal: AbortSignal | undefined, fetcher: typeof fetch): Promise<Blob> {
  const { body } = await wholeTransfer({ ...wanted, signal, fetcher });
  const blob = await new Response(body).blob().catch((error: unknown) => {
    if (signal?.aborted) throw LabError.cancelled();
    throw LabError.from(error, { code: 'network', where: wanted.url, what: 'The transfer was cut off', todo: 'Try again.', retryable: true });
  });
  const actual = wanted.sha256 && (await hashBlob(blob, signal));
  if (wanted.sha256 && actual !== wanted.sha256.toLowerCase()) throw wrongHash(wanted.path, actual, wanted.sha256);
  if (!wanted.sha256 && wanted.bytes > 0 && blob.size !== wanted.bytes) throw cutFile(wanted.path, blob.size, wanted.bytes);
  return blob;
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
  // Where the manifest itself is damaged, what it listed is still known.
  if ((await store.condition(model.id, MANIFEST)) === 'whole') {
    return parseManifest(await (await store.open(model.id, MANIFEST)).text(), `${model.name}/${MANIFEST}`).files;
  }
  const files = held.filter(({ path }) => path !== MANIFEST);
  return files.length > 0 ? files.map(({ path, bytes, sha256 }) => ({ path, bytes, ...(sha256 ? { sha256 } : {}) })) : undefined;
}

const GRAPHS = ['_q4f16', '_q4', '_quantized', '', '_fp16'].map((suffix) => `onnx/model${suffix}.onnx`);
const MAX_DATA_FILES = 100;

/** Finds out what a folder without a manifest holds, by asking for the names that a model folder has. */
async function probeFolder(model: RemoteModel, signal: AbortSignal | undefined, fetcher: typeof fetch): Promise<ModelFile[]> {
  const size = async (path: string): Promise<ModelFile | undefined> => {
    const response = await fetcher(new URL(path, model.url), { method: 'HEAD', ...(signal ? { signal } : {}) }).catch(() => undefined);
    if (signal?.aborted) throw LabError.cancelled();
    const html = response?.headers.get('content-type')?.startsWith('text/html');
    if (!response?.ok || html) return undefined;
    // Text is often compressed on the way, and across origins a page cannot see that: the length is no size then.
    const compressed = response.headers.has('content-encoding') || (response.type === 'cors' && /\.(json|jinja)$/.test(path));
    return { path, bytes: compressed ? 0 : Number(response.headers.get('content-length') ?? 0) };
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
