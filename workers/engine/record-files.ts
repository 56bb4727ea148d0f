import { noStorage, openBlobStore } from '../../src/browser/model-store/blob-store.ts';
import { openModelDatabase } from '../../src/browser/model-store/database.ts';
import { downloadFile } from '../../src/browser/model-store/download.ts';
import { FileStore } from '../../src/browser/model-store/file-store.ts';
import { adapterTextFiles, mergedFiles } from '../../src/browser/model-store/merged-files.ts';
import { remoteFiles } from '../../src/browser/model-store/remote-files.ts';
import type { LoadOptions } from '../../src/core/engine/engine.ts';
import type { ModelFiles } from '../../src/core/engine/files.ts';
import type { AdapterRecord, GgufRecord, ModelRecord, OnnxRecord } from '../../src/core/engine/record.ts';

/** The store of this browser; undefined without one. */
export async function openStore(): Promise<FileStore | undefined> {
  const vault = await openBlobStore();
  if (!vault) return undefined;
  try {
    return new FileStore(vault, await openModelDatabase());
  } catch {
    return undefined;
  }
}

/**
 * The store of this browser.
 * @throws {LabError} `quota` without one.
 */
export async function requireStore(): Promise<FileStore> {
  const store = await openStore();
  if (!store) throw noStorage();
  return store;
}

/**
 * The parts of a GGUF in order; fetched if they are missing or incomplete. `unchecked` skips the verification of
 * gigabytes if only the header is needed.
 */
export async function ggufParts(
  record: GgufRecord,
  base: string,
  { onProgress, signal, unchecked = false }: LoadOptions & { unchecked?: boolean },
): Promise<Blob[]> {
  const store = await requireStore();
  if (record.url !== null) {
    const folder = new URL(record.url, base);
    for (const [i, path] of record.parts.entries()) {
      const url = i === 0 ? folder.href : new URL(path, folder).href;
      const report = (loadedBytes: number) =>
        onProgress?.({ stage: 'Fetching the model', loadedBytes, totalBytes: record.bytes });
      await downloadFile(store, record.id, { path, url, bytes: 0, unchecked }, report, signal);
    }
  }
  return Promise.all(record.parts.map((path) => store.open(record.id, path, { unchecked })));
}

/**
 * A model's files: fetched from their URL and stored, or dropped ones. Adapters are merged into their base if that has
 * not been done.
 */
export async function recordFiles(record: ModelRecord, base: string, options: LoadOptions): Promise<ModelFiles> {
  const store = await openStore();
  const own = await ownFiles(store, record, base, options);
  if (record.format !== 'adapter') return own;
  return mergedFiles(store, record, { base: await ownFiles(store, record.base, base, options), adapter: own }, options);
}

/** The files of a model of which only the texts are read, e.g. its tokenizer: no adapter is fetched or merged. */
export async function textFiles(
  record: OnnxRecord | AdapterRecord,
  base: string,
  options: LoadOptions,
): Promise<ModelFiles> {
  const store = await openStore();
  if (record.format !== 'adapter') return ownFiles(store, record, base, options);
  return adapterTextFiles(record, await ownFiles(store, record.base, base, options));
}

/** The files of an adapter itself. */
export async function adapterFiles(record: AdapterRecord, base: string, options: LoadOptions): Promise<ModelFiles> {
  return ownFiles(await openStore(), record, base, options);
}

async function ownFiles(
  store: FileStore | undefined,
  record: ModelRecord,
  base: string,
  options: LoadOptions,
): Promise<ModelFiles> {
  if ((record.format === 'onnx' || record.format === 'adapter') && record.url !== null) {
    const { id, name, url } = record;
    return remoteFiles(store, { id, name, url: new URL(url, base).href }, options);
  }
  if (!store) throw noStorage();
  return store.modelFiles(record.id, record.name);
}
