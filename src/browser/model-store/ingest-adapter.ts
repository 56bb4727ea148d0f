import { LabError } from '../../core/error.ts';
import type { LoadOptions } from '../../core/engine/engine.ts';
import type { ModelFiles } from '../../core/engine/files.ts';
import type { AdapterPart, AdapterRecord, ModelRecord, OnnxRecord } from '../../core/engine/record.ts';
import { ADAPTER_CONFIG, ADAPTER_FILE } from '../../core/training/peft-config.ts';
import { isAdapterGguf, metadataString } from '../../core/formats/gguf/config.ts';
import { readGgufMetadata } from '../../core/formats/gguf/read.ts';
import { blobSource } from '../../core/formats/source.ts';
import { cardRow } from '../../core/formats/export/card.ts';
import { LICENCE_ROW } from '../../core/training/merge/card.ts';
import { combinedLicence } from '../../core/training/merge/provenance.ts';
import {
  checkAdapter,
  commonTemplate,
  isAdapterFile,
  openAdapterFiles,
  type Adapter,
} from '../../core/training/merge/index.ts';
import { openExportedFiles } from '../../engines/exported-files.ts';
import { adapterPaths, openParts } from './adapter-parts.ts';
import { hashBlob } from './digest.ts';
import type { FileStore } from './file-store.ts';
import { freeId, nameOf, type DroppedFile } from './dropped-files.ts';

/** What adding an adapter needs to know of the other models. */
export interface AdapterSurroundings {
  /** All models of this browser. */
  known: readonly ModelRecord[];
  openBase: (record: OnnxRecord) => Promise<ModelFiles>;
}

/** The files of an adapter, and its name if they state one. */
interface DroppedAdapter {
  files: DroppedFile[];
  name?: string | undefined;
  licence?: string | undefined;
}

/** The files of an adapter among those dropped; undefined if there is none. */
export async function adapterAmong(files: readonly DroppedFile[]): Promise<DroppedAdapter | undefined> {
  const baseName = ({ path }: DroppedFile): string => path.slice(path.lastIndexOf('/') + 1);
  const licence = await statedLicence(files.find((file) => baseName(file) === CARD)?.file);
  if (files.some((file) => [ADAPTER_CONFIG, ADAPTER_FILE].includes(baseName(file))))
    return {
      files: files
        .filter((file) => isAdapterFile(baseName(file)))
        .map((file) => ({ path: baseName(file), file: file.file })),
      licence,
    };
  const [first, second] = files.filter(({ path }) => path.endsWith('.gguf'));
  if (!first || second) return undefined;
  const metadata = await readGgufMetadata(blobSource(first.path, first.file));
  if (!isAdapterGguf(metadata)) return undefined;
  return {
    files: [{ ...first, path: baseName(first) }],
    name: metadataString(metadata, 'general.name'),
    licence: licence ?? metadataString(metadata, 'general.license'),
  };
}

const CARD = 'README.md';

/** The licence on a card that the lab wrote; undefined for other texts. */
const statedLicence = async (card: Blob | undefined): Promise<string | undefined> =>
  card && cardRow(await card.text(), LICENCE_ROW);

/**
 * Keeps a dropped adapter as a model over the first base that it fits.
 * @throws {LabError} `bad-config` that says what does not fit; then nothing is kept.
 */
export async function keepAdapter(
  store: FileStore,
  dropped: readonly DroppedFile[],
  { files, name = nameOf(dropped, 'gguf', 'My adapter'), licence }: DroppedAdapter,
  { known, openBase }: AdapterSurroundings,
  options: LoadOptions,
): Promise<AdapterRecord> {
  const { adapter, template = null } = await openAdapterFiles(
    name,
    files.map(({ path, file }) => blobSource(path, file)),
  );
  const base = await baseOf(adapter, known, openBase);
  const part = { name, weight: 1, folder: '', files: new Map(files.map(({ path, file }) => [path, file])) };
  const about = { name, base, template, summary: 'Adapter from this device', ...(licence && { licence }) };
  return storeAdapter(store, about, [part], known, options);
}

/** A part with its files, before it is stored. */
interface NewPart extends AdapterPart {
  /** By their names, without the part's folder. */
  files: ReadonlyMap<string, Blob>;
}

/**
 * Adds up adapters of one base as a new model. Their files are copied, so that it does not depend on the models that
 * they came from.
 * @throws {LabError} `bad-config` for adapters of different bases, or trained with different chat templates.
 */
export async function combineAdapters(
  store: FileStore,
  name: string,
  adapters: readonly { record: AdapterRecord; weight: number; files: ModelFiles }[],
  known: readonly ModelRecord[],
  options: LoadOptions,
): Promise<AdapterRecord> {
  const [first, ...others] = adapters;
  const other = others.find(({ record }) => record.base.id !== first?.record.base.id);
  if (!first || other) {
    throw new LabError({
      code: 'bad-config',
      what: other
        ? `${first?.record.name} belongs to ${first?.record.base.name}, but ${other.record.name} to ` +
          `${other.record.base.name}.`
        : 'No adapters were given.',
      todo: 'Combine adapters of the same base.',
    });
  }
  const parts: NewPart[] = [];
  const opened: Awaited<ReturnType<typeof openParts>> = [];
  for (const { record, weight, files } of adapters) {
    await files.ensure(adapterPaths(files), options);
    opened.push(...(await openParts(record, files)));
    for (const part of record.parts) {
      const own = adapterPaths(files).filter((path) => path.startsWith(part.folder));
      const blobs = await Promise.all(
        own.map(async (path) => [path.slice(part.folder.length), await files.open(path)] as const),
      );
      const folder = `adapter-${parts.length + 1}/`;
      parts.push({ name: part.name, weight: part.weight * weight, folder, files: new Map(blobs) });
    }
  }
  const template = commonTemplate(opened, 'Combine adapters that were trained with the same one.') ?? null;
  const sum = parts.map((part) => `${part.weight} × ${part.name}`).join(' + ');
  const records = adapters.map(({ record }) => record);
  const licence = combinedLicence(records);
  const sources = [...new Set(records.flatMap((record) => record.sources ?? sourceLine(record)))];
  const about = { name, base: first.record.base, template, summary: `Sum of ${sum}`, ...(licence && { licence }) };
  return { ...(await storeAdapter(store, about, parts, known, options)), sources };
}

/** What an adapter states about itself, a line for the card of a combination. */
export const sourceLine = ({ name, summary, licence }: AdapterRecord): string =>
  `${name}: ${summary.replace(/\.?$/, '.')} Licence: ${licence ?? 'not stated'}.`;

async function storeAdapter(
  store: FileStore,
  { name, base, template, summary, licence }: Pick<AdapterRecord, 'name' | 'base' | 'template' | 'summary' | 'licence'>,
  parts: readonly NewPart[],
  known: readonly ModelRecord[],
  { onProgress, signal }: LoadOptions,
): Promise<AdapterRecord> {
  const id = await freeId(store, `${base.id}+${name}`, known);
  const all = parts.flatMap(({ folder, files }) => [...files].map(([path, blob]) => [folder + path, blob] as const));
  const totalBytes = all.reduce((sum, [, { size }]) => sum + size, 0);
  let before = 0;
  try {
    for (const [path, blob] of all) {
      await store.append({ model: id, path, bytes: blob.size }, blob.stream(), {
        sha256: await hashBlob(blob, signal),
        ...(signal && { signal }),
        onProgress: (stored) =>
          onProgress?.({ stage: 'Copying the adapter', loadedBytes: before + stored, totalBytes }),
      });
      before += blob.size;
    }
  } catch (error) {
    await store.remove(id);
    throw error;
  }
  return {
    id,
    name,
    summary: `${summary}, over ${base.name}.`,
    ...(licence && { licence }),
    bytes: totalBytes,
    addedAt: Date.now(),
    added: true,
    format: 'adapter',
    base,
    url: null,
    template,
    parts: parts.map((part) => ({ name: part.name, folder: part.folder, weight: part.weight })),
  };
}

async function baseOf(
  adapter: Adapter,
  known: readonly ModelRecord[],
  openBase: AdapterSurroundings['openBase'],
): Promise<OnnxRecord> {
  const faults: LabError[] = [];
  const named = adapter.settings.base ?? '';
  const candidates = known.filter((record) => record.format === 'onnx');
  // A base that the adapter names is asked first, so that its error is the one that is shown.
  const asked = (record: OnnxRecord): number => Number(named === record.id || named === record.name);
  for (const record of [...candidates].sort((a, b) => asked(b) - asked(a))) {
    try {
      checkAdapter(await openExportedFiles(await openBase(record), { weights: false }), adapter);
      return record;
    } catch (error) {
      // Folders of other exporters cannot be merged into, and some models may be out of reach.
      if (!(error instanceof LabError) || error.code === 'cancelled') throw error;
      faults.push(error);
    }
  }
  throw faults.find(({ code }) => code === 'bad-config') ?? faults[0] ?? noBase(adapter.name);
}

function noBase(where: string): LabError {
  return new LabError({
    code: 'not-found',
    where,
    what: 'There is no model that this adapter could change.',
    todo: 'Add its base model first, as an ONNX folder of this lab or as safetensors.',
  });
}
