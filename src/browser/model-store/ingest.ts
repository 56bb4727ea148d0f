import { LabError, throwIfCancelled } from '../../core/error.ts';
import type { SideFiles } from '../../core/formats/checkpoint/checkpoint.ts';
import { MODEL_REQUIRED, SIDE_FILES } from '../../core/formats/checkpoint/side-files.ts';
import { exportOnnx } from '../../core/formats/export/export.ts';
import { openGguf } from '../../core/formats/gguf/checkpoint.ts';
import { ggufPartNames } from '../../core/formats/gguf/parts.ts';
import { openSafetensors } from '../../core/formats/safetensors/checkpoint.ts';
import { blobSource } from '../../core/formats/source.ts';
import type { LoadOptions } from '../../core/engine/engine.ts';
import { formatBytes } from '../../core/units.ts';
import type { GgufRecord, ModelRecord, OnnxRecord } from '../../core/engine/record.ts';
import { listVariants } from '../../engines/transformers/variants.ts';
import { freeId, nameOf, stripFolder, type DroppedFile } from './dropped-files.ts';
import { adapterAmong, keepAdapter, type AdapterSurroundings } from './ingest-adapter.ts';
import { parseManifest } from './manifest.ts';
import type { FileStore } from './file-store.ts';
import { storeSink } from './folder-sink.ts';

/** The kind of a set of dropped files; the first matching row decides. */
const KINDS = [
  { kind: 'onnx', matches: (path: string) => /^onnx\/model.*\.onnx$/.test(path) },
  { kind: 'safetensors', matches: (path: string) => path.endsWith('.safetensors') },
  { kind: 'gguf', matches: (path: string) => path.endsWith('.gguf') },
] as const;

/**
 * Imports dropped files: an ONNX folder unchanged, an adapter unchanged, a GGUF unchanged or converted (`convert`), a
 * folder of safetensors converted to ONNX.
 * @throws {LabError} `missing-file` naming every missing file, `bad-file`, `hash-mismatch`, `quota` or `cancelled`;
 * then nothing of the model is kept.
 */
export async function ingestFiles(
  store: FileStore,
  dropped: DroppedFile[],
  convert: boolean,
  surroundings: AdapterSurroundings,
  options: LoadOptions,
): Promise<ModelRecord> {
  const files = stripFolder(dropped);
  const adapter = await adapterAmong(files);
  if (adapter) return keepAdapter(store, dropped, adapter, surroundings, options);
  const kind = KINDS.find(({ matches }) => files.some(({ path }) => matches(path)))?.kind;
  if (!kind) throw notAModel(files);
  const id = await freeId(store, nameOf(dropped, kind), surroundings.known);
  try {
    if (kind === 'onnx') return await keepOnnx(store, id, files, options);
    if (kind === 'gguf' && !convert) return await keepGguf(store, id, files, options);
    return await convertFiles(store, id, files, kind, options);
  } catch (error) {
    await store.remove(id);
    throw error;
  }
}

function notAModel(files: DroppedFile[]): LabError {
  const names = files
    .slice(0, 4)
    .map(({ path }) => path)
    .join(', ');
  return new LabError({
    code: 'bad-file',
    what:
      files.length === 0
        ? 'No files were given.'
        : `No model was found among ${names}${files.length > 4 ? ' and others' : ''}.`,
    todo:
      `Drop a .gguf file, a folder with ${MODEL_REQUIRED.join(', ')} and .safetensors files, ` +
      'one with onnx/model*.onnx, or an adapter: a GGUF file, or adapter_config.json and adapter_model.safetensors.',
  });
}

function record(id: string, files: DroppedFile[], summary: string) {
  const bytes = files.reduce((sum, { file }) => sum + file.size, 0);
  return { id, name: id, summary, bytes, addedAt: Date.now(), added: true, url: null };
}

async function copyAll(
  store: FileStore,
  id: string,
  files: DroppedFile[],
  hashes: Map<string, string>,
  { onProgress, signal }: LoadOptions,
) {
  const totalBytes = files.reduce((sum, { file }) => sum + file.size, 0);
  let before = 0;
  for (const { path, file } of files) {
    throwIfCancelled(signal);
    const sha256 = hashes.get(path);
    await store.append({ model: id, path, bytes: file.size }, file.stream(), {
      ...(sha256 ? { sha256 } : {}),
      ...(signal ? { signal } : {}),
      onProgress: (stored) => onProgress?.({ stage: 'Copying the model', loadedBytes: before + stored, totalBytes }),
    });
    before += file.size;
  }
}

async function keepOnnx(store: FileStore, id: string, files: DroppedFile[], options: LoadOptions): Promise<OnnxRecord> {
  const manifest = files.find(({ path }) => path === 'manifest.json');
  const listed = manifest ? parseManifest(await manifest.file.text(), 'manifest.json').files : [];
  demand(id, [...MODEL_REQUIRED, ...listed.map(({ path }) => path)], files);
  listVariants({
    name: id,
    list: files.map(({ path, file }) => ({ path, bytes: file.size })),
    open: () => Promise.reject(new Error()),
    ensure: () => Promise.resolve(),
  });
  await copyAll(store, id, files, new Map(listed.map(({ path, sha256 }) => [path, sha256])), options);
  return { ...record(id, files, 'ONNX folder from this device.'), format: 'onnx' };
}

async function keepGguf(store: FileStore, id: string, files: DroppedFile[], options: LoadOptions): Promise<GgufRecord> {
  const parts = files.filter(({ path }) => path.endsWith('.gguf')).sort((a, b) => a.path.localeCompare(b.path));
  checkParts(
    id,
    parts.map(({ path }) => path),
  );
  for (const { path, file } of parts) {
    const magic = new TextDecoder().decode(await file.slice(0, 4).arrayBuffer());
    if (magic !== 'GGUF')
      throw new LabError({
        code: 'bad-file',
        where: path,
        what: `It does not begin with "GGUF" (${formatBytes(file.size)}).`,
        todo: 'The file is damaged or not a GGUF model; download it again.',
      });
  }
  await copyAll(store, id, parts, new Map(), options);
  return { ...record(id, parts, 'GGUF file from this device.'), format: 'gguf', parts: parts.map(({ path }) => path) };
}

/** The names of split files contain their number. */
export function checkParts(where: string, names: string[]): void {
  const expected = ggufPartNames(names[0] ?? '');
  if (names.length === expected.length) return;
  if (expected.length === 1)
    throw new LabError({
      code: 'bad-file',
      where,
      what: `There are ${names.length} GGUF files that are not parts of one model.`,
      todo: 'Add them one by one.',
    });
  const missing = expected.flatMap((name, i) => (names.includes(name) ? [] : String(i + 1).padStart(5, '0')));
  throw new LabError({
    code: 'missing-file',
    where,
    what: `${names.length} of ${expected.length} parts are here; missing: ${missing.join(', ')}.`,
    todo: 'Drop all parts together.',
  });
}

function demand(where: string, paths: readonly string[], files: DroppedFile[]): void {
  const missing = [...new Set(paths)].filter((path) => !files.some((file) => file.path === path));
  if (missing.length === 0) return;
  throw new LabError({
    code: 'missing-file',
    where,
    what: `The folder lacks ${missing.join(', ')}.`,
    todo: 'Put them into the folder and drop it again.',
  });
}

async function convertFiles(
  store: FileStore,
  id: string,
  files: DroppedFile[],
  kind: 'safetensors' | 'gguf',
  options: LoadOptions,
): Promise<OnnxRecord> {
  const side: SideFiles = new Map();
  for (const { path, file } of files) if (SIDE_FILES.some((name) => name === path)) side.set(path, await file.text());
  if (kind === 'safetensors') demand(id, MODEL_REQUIRED, files);
  const sources = files.filter(({ path }) => path.endsWith(`.${kind}`)).map(({ path, file }) => blobSource(path, file));
  const [first] = sources;
  if (!first) throw notAModel(files);
  const checkpoint = kind === 'gguf' ? await openGguf(first, side) : await openSafetensors(id, sources, side);
  return convertCheckpoint(store, id, checkpoint, kind, options);
}

type Checkpoint = Awaited<ReturnType<typeof openSafetensors>>;

/** Writes a checkpoint into the store as a q4 ONNX folder. */
export async function convertCheckpoint(
  store: FileStore,
  id: string,
  checkpoint: Checkpoint,
  kind: string,
  { onProgress, signal }: LoadOptions,
): Promise<OnnxRecord> {
  const manifest = await exportOnnx(checkpoint, storeSink(store, id, signal), {
    dtype: 'q4',
    name: id,
    source: `A ${kind} checkpoint on this device (${checkpoint.name}).`,
    licence: 'See the source of the model',
    onProgress: ({ done, total }) =>
      onProgress?.({ stage: 'Converting the model to ONNX', loadedBytes: done, totalBytes: total }),
    ...(signal ? { signal } : {}),
  });
  const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
  return {
    id,
    name: id,
    summary: `Converted from ${kind} on this device, 4 bits per weight.`,
    bytes,
    addedAt: Date.now(),
    added: true,
    url: null,
    format: 'onnx',
  };
}

/** A new, unused id for a conversion of `id`. */
export function convertedId(store: FileStore, id: string, known: readonly ModelRecord[]): Promise<string> {
  return freeId(store, `${id}-onnx`, known);
}
