import { z } from 'zod';
import { LabError } from '../../core/error.ts';
import type { LoadOptions } from '../../core/engine/engine.ts';
import type { ModelFiles } from '../../core/engine/files.ts';
import type { AdapterRecord } from '../../core/engine/record.ts';
import { CHAT_TEMPLATE_FILE } from '../../core/formats/checkpoint/template.ts';
import { memoryFolder } from '../../core/formats/export/memory-sink.ts';
import { exportOverlay } from '../../core/formats/export/overlay.ts';
import type { FolderSink } from '../../core/formats/export/sink.ts';
import { mergedCheckpoint, mergeKey, type HashedFile } from '../../core/training/merge/index.ts';
import { openExportedFiles } from '../../engines/exported-files.ts';
import { chooseVariant } from '../../engines/transformers/variants.ts';
import { adapterPaths, MERGED_FOLDER, openParts } from './adapter-parts.ts';
import { hashBlob } from './digest.ts';
import type { FileStore } from './file-store.ts';
import { storeSink } from './folder-sink.ts';

const INDEX = `${MERGED_FOLDER}merged.json`;

/** What is kept of a merge: only what differs from the base. */
const indexSchema = z.object({
  /** Names base, adapters, weights and way of merging. */
  key: z.string(),
  /** Paths of the model's folder, with SHA-256. */
  files: z.array(z.object({ path: z.string(), sha256: z.string() })),
});
type MergedIndex = z.infer<typeof indexSchema>;

/**
 * The files of a base with adapters merged into it. Only the graph and the changed matrices are new; all else is read
 * from the base's files. They are kept in the store next to the adapter's files, under a key that names base, adapters
 * and weights, so that the next load merges nothing. What was damaged, or belongs to another version of base or
 * adapter, is merged afresh. Without a store, or when it is full, they are held in memory.
 * @throws {LabError} `bad-config` when an adapter does not fit the base, `cancelled`, and what reading the files
 * throws.
 */
export async function mergedFiles(
  store: FileStore | undefined,
  record: AdapterRecord,
  { base, adapter }: { base: ModelFiles; adapter: ModelFiles },
  options: LoadOptions,
): Promise<ModelFiles> {
  await adapter.ensure(adapterPaths(adapter), options);
  const key = await keyOf(record, base, adapter, options.signal);
  const files = await oneAtATime(record.id, options.signal, async () => {
    if (store) {
      const kept = await keptMerge(store, record.id, key);
      if (kept) return kept;
      await forgetMerge(store, record.id);
      try {
        return await mergeInto(store, key, record, { base, adapter }, options);
      } catch (error) {
        await forgetMerge(store, record.id);
        if (!(error instanceof LabError && error.code === 'quota')) throw error;
      }
    }
    const folder = memoryFolder();
    await merge(folder, record, { base, adapter }, options);
    return folder.files;
  });
  const whole = record.parts.length === 1 && record.parts[0]?.weight === 1;
  return { ...overlaid(record, base, files), contents: key, selfTest: whole ? adapter.selfTest : undefined };
}

/** A base's files with the chat template of its adapters, for work that needs no weights. */
export const adapterTextFiles = (record: AdapterRecord, base: ModelFiles): ModelFiles =>
  overlaid(record, base, new Map());

/** New files by their paths in a model's folder. */
type Overlay = ReadonlyMap<string, Blob>;

/** A model's files, some of which are replaced. */
function overlaid({ name, template }: AdapterRecord, base: ModelFiles, files: Overlay): ModelFiles {
  const over = new Map(files);
  if (template !== null) over.set(CHAT_TEMPLATE_FILE, new Blob([template]));
  const graph = [...over.keys()].find((path) => path.endsWith('.onnx'));
  const list = [
    // Other variants of the base would be preferred on some devices, and nothing was merged into them.
    ...base.list.filter(
      ({ path }) => !over.has(path) && !(graph && path.startsWith('onnx/') && !path.startsWith(graph)),
    ),
    ...[...over].map(([path, { size }]) => ({ path, bytes: size })),
  ];
  return {
    name,
    list,
    open: async (path) => over.get(path) ?? base.open(path),
    ensure: (paths, options) =>
      base.ensure(
        paths.filter((path) => !over.has(path)),
        options,
      ),
  };
}

/** Names what is merged, by contents. */
async function keyOf(
  { parts }: AdapterRecord,
  base: ModelFiles,
  adapter: ModelFiles,
  signal?: AbortSignal,
): Promise<string> {
  const { graph, data } = chooseVariant(base, 'wasm', false);
  const hashed = (files: ModelFiles, paths: readonly string[]): Promise<HashedFile[]> =>
    Promise.all(
      files.list
        .filter(({ path }) => paths.includes(path))
        .map(async ({ path, sha256 }) => ({
          path,
          sha256: sha256 ?? (await hashBlob(await files.open(path), signal)),
        })),
    );
  return mergeKey({
    base: await hashed(base, ['config.json', graph, ...data]),
    adapter: await hashed(adapter, adapterPaths(adapter)),
    parts,
  });
}

/** Tabs that load the same model at the same time merge it once. */
async function oneAtATime<Result>(
  id: string,
  signal: AbortSignal | undefined,
  work: () => Promise<Result>,
): Promise<Result> {
  const locks = typeof navigator === 'undefined' ? undefined : navigator.locks;
  if (!locks) return work();
  try {
    return await locks.request(`solace-lab-merge ${id}`, signal ? { signal } : {}, work);
  } catch (error) {
    if (signal?.aborted) throw LabError.cancelled();
    throw error;
  }
}

/** The kept files of a merge, if they are complete, unchanged and of this base and adapter. */
async function keptMerge(store: FileStore, id: string, key: string): Promise<Overlay | undefined> {
  if ((await store.condition(id, INDEX)) !== 'whole') return undefined;
  const json = await (await store.open(id, INDEX)).text();
  const index = indexSchema.safeParse(parseOrNull(json)).data;
  if (index?.key !== key) return undefined;
  const files = new Map<string, Blob>();
  for (const { path } of index.files) {
    if ((await store.condition(id, MERGED_FOLDER + path)) !== 'whole') return undefined;
    files.set(path, await store.open(id, MERGED_FOLDER + path));
  }
  return files;
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

async function forgetMerge(store: FileStore, id: string): Promise<void> {
  const kept = (await store.files(id)).filter(({ path }) => path.startsWith(MERGED_FOLDER));
  // The index first: an interrupted removal must not look like a finished merge.
  kept.sort((a, b) => Number(b.path === INDEX) - Number(a.path === INDEX));
  for (const { path } of kept) await store.removeFile(id, path);
}

async function mergeInto(
  store: FileStore,
  key: string,
  record: AdapterRecord,
  files: { base: ModelFiles; adapter: ModelFiles },
  options: LoadOptions,
): Promise<Overlay> {
  const sink = storeSink(store, record.id, options.signal);
  const folder: FolderSink = { create: (path) => sink.create(MERGED_FOLDER + path) };
  const index: MergedIndex = { key, files: await merge(folder, record, files, options) };
  await store.append({ model: record.id, path: INDEX, bytes: 0 }, new Blob([JSON.stringify(index)]).stream());
  const kept = await keptMerge(store, record.id, key);
  if (kept) return kept;
  throw new LabError({
    code: 'bad-file',
    where: record.name,
    what: 'The merged model could not be read back.',
    todo: 'Load it again.',
  });
}

async function merge(
  folder: FolderSink,
  record: AdapterRecord,
  { base, adapter }: { base: ModelFiles; adapter: ModelFiles },
  options: LoadOptions,
): Promise<MergedIndex['files']> {
  const { onProgress, signal } = options;
  const checkpoint = await openExportedFiles(base, options);
  const changed = mergedCheckpoint(checkpoint, await openParts(record, adapter));
  const { graph } = chooseVariant(base, 'wasm', false);
  const written = await exportOverlay(new Uint8Array(await (await base.open(graph)).arrayBuffer()), changed, folder, {
    name: record.name,
    onProgress: ({ done, total }) =>
      onProgress?.({ stage: 'Merging the adapter', loadedBytes: done, totalBytes: total }),
    ...(signal && { signal }),
  });
  return written.map(({ path, sha256 }) => ({ path: path.replace(MERGED_FOLDER, ''), sha256 }));
}
