import type { LoadOptions } from '../../core/engine/engine.ts';
import type { ModelFiles } from '../../core/engine/files.ts';
import type { AdapterRecord } from '../../core/engine/record.ts';
import { CHAT_TEMPLATE_FILE } from '../../core/formats/checkpoint/template.ts';
import { exportOverlay } from '../../core/formats/export/overlay.ts';
import type { FolderSink } from '../../core/formats/export/sink.ts';
import { checkAdapterBase, mergedCheckpoint, mergeKey } from '../../core/training/merge/index.ts';
import { openExportedFiles } from '../../engines/exported-files.ts';
import { chooseVariant } from '../../engines/transformers/variants.ts';
import { adapterPaths, openParts } from './adapter-parts.ts';
import type { FileStore } from './file-store.ts';
import { hashedFiles, madeFiles, type Made } from './made-files.ts';
import { filesOver } from './files-over.ts';

/**
 * The files of a base with adapters merged into it. Only the graph and the changed matrices are new; all else is read
 * from the base's files. They are kept in the store next to the adapter's files, under a key that names base, adapters
 * and weights, so that the next load merges nothing. What was damaged, or belongs to another version of base or
 * adapter, is merged afresh. Without a store, or when it is full, they are held in memory.
 * @throws {LabError} `bad-config` when an adapter does not fit the base, `hash-mismatch` when its manifest names
 * another version of the base, `cancelled`, and what reading the files
 * throws.
 */
export async function mergedFiles(
  store: FileStore | undefined,
  record: AdapterRecord,
  { base, adapter }: { base: ModelFiles; adapter: ModelFiles },
  options: LoadOptions,
): Promise<ModelFiles> {
  await adapter.ensure(adapterPaths(adapter), options);
  if (adapter.madeFor) checkAdapterBase(record.name, adapter.madeFor, base.list);
  const key = await keyOf(record, base, adapter, options.signal);
  const make = (folder: FolderSink) => merge(folder, record, { base, adapter }, options);
  const files = await madeFiles(store, record, { folder: 'merged', key, make }, options.signal);
  const whole = record.parts.length === 1 && record.parts[0]?.weight === 1;
  return { ...overlaid(record, base, files), contents: key, selfTest: whole ? adapter.selfTest : undefined };
}

/** A base's files with the chat template of its adapters, for work that needs no weights. */
export const adapterTextFiles = (record: AdapterRecord, base: ModelFiles): ModelFiles =>
  overlaid(record, base, new Map());

/** A base's files, some of which are replaced. */
function overlaid({ name, template }: AdapterRecord, base: ModelFiles, files: Made): ModelFiles {
  const over = new Map(files);
  if (template !== null) over.set(CHAT_TEMPLATE_FILE, new Blob([template]));
  const graph = [...over.keys()].find((path) => path.endsWith('.onnx'));
  // Other variants of the base would be preferred on some devices, and nothing was merged into them.
  const isOther = (path: string) => graph !== undefined && path.startsWith('onnx/') && !path.startsWith(graph);
  return filesOver(name, base, over, isOther);
}

/** Names what is merged, by contents. */
async function keyOf(
  { parts }: AdapterRecord,
  base: ModelFiles,
  adapter: ModelFiles,
  signal?: AbortSignal,
): Promise<string> {
  const { graph, data } = chooseVariant(base, 'wasm', false);
  return mergeKey({
    base: await hashedFiles(base, ['config.json', graph, ...data], signal),
    adapter: await hashedFiles(adapter, adapterPaths(adapter), signal),
    parts,
  });
}

async function merge(
  folder: FolderSink,
  record: AdapterRecord,
  { base, adapter }: { base: ModelFiles; adapter: ModelFiles },
  options: LoadOptions,
): Promise<void> {
  const { onProgress, signal } = options;
  const checkpoint = await openExportedFiles(base, options);
  const changed = mergedCheckpoint(checkpoint, await openParts(record, adapter));
  const { graph } = chooseVariant(base, 'wasm', false);
  await exportOverlay(new Uint8Array(await (await base.open(graph)).arrayBuffer()), changed, folder, {
    name: record.name,
    onProgress: ({ done, total }) =>
      onProgress?.({ stage: 'Merging the adapter', loadedBytes: done, totalBytes: total }),
    ...(signal && { signal }),
  });
}
