import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEFAULT_MODEL_ID, EMBEDDED_ADAPTERS, EMBEDDED_MODEL, EMBEDDED_MODEL_ID } from '../core/engine/embedded.ts';
import type { AdapterRecord } from '../core/engine/record.ts';
import { LabError } from '../core/error.ts';
import { filesHash, isTokenizerFile, isWeightFile, type ModelWeights } from '../core/evaluation/weights.ts';
import { MANIFEST_NAME } from '../core/formats/manifest.ts';
import { ADAPTER_GGUF } from '../core/training/merge/manifest.ts';
import { ADAPTER_CONFIG } from '../core/training/peft-config.ts';
import { adapterHashes, mergedFolder } from './adapter-folder.ts';
import { didYouMean } from './nearest.ts';
import { readManifest } from './node-manifest.ts';

/** Each tells that a folder holds an adapter. */
const ADAPTER_FILES: readonly string[] = [ADAPTER_CONFIG, ADAPTER_GGUF];

const PUBLIC = new URL('../../public/', import.meta.url);

/** The folder of the base model that comes with the lab. */
export const EMBEDDED_FOLDER = fileURLToPath(new URL(EMBEDDED_MODEL.url ?? '', PUBLIC));

/** A model on this machine. */
export interface NodeModel {
  /** Its name in what is printed and written. */
  name: string;
  /** The ONNX folder of the model, or of the base of an adapter. */
  base: string;
  /** Folder of the adapter. */
  adapter?: string;
}

/** The name by which `--model` knows an adapter. */
export const adapterName = ({ id }: AdapterRecord): string => id.slice(EMBEDDED_MODEL_ID.length + 1);

const folderOf = ({ url }: AdapterRecord): string => fileURLToPath(new URL(url ?? '', PUBLIC));

/** The folder of an adapter that comes with the lab, by its name or id; undefined for other names. */
export function labAdapterFolder(given: string): string | undefined {
  const adapter = EMBEDDED_ADAPTERS.find((each) => each.id === given || adapterName(each) === given);
  return adapter && folderOf(adapter);
}

/**
 * The model that `--model` names: the base or an adapter that comes with the lab, by name or id; otherwise a folder: an
 * exported model, or an adapter over the base. By default the model that the page begins with.
 * @throws {LabError} `missing-file` when it is none of them, `bad-config` for a file and a folder of adapters.
 */
export function chooseModel(given: string = DEFAULT_MODEL_ID): NodeModel {
  if (given === EMBEDDED_MODEL_ID) return { name: given, base: EMBEDDED_FOLDER };
  const adapter = EMBEDDED_ADAPTERS.find((each) => each.id === given || adapterName(each) === given);
  if (adapter) return { name: adapter.id, base: EMBEDDED_FOLDER, adapter: folderOf(adapter) };
  refuseAlmost(given);
  if (!existsSync(given)) {
    const named = EMBEDDED_ADAPTERS.find(({ name }) => name.toLowerCase() === given.trim().toLowerCase());
    const hint = named ? `Did you mean ${adapterName(named)}?` : undefined;
    const names = [EMBEDDED_MODEL_ID, ...EMBEDDED_ADAPTERS.map(adapterName)];
    throw new LabError({
      code: 'missing-file',
      where: given,
      what: 'This is neither a model that comes with the lab nor a folder.',
      todo: `${hint ?? didYouMean(given, names)} Use a folder, or one of ${names.join(', ')}.`.trimStart(),
    });
  }
  return ADAPTER_FILES.some((name) => existsSync(join(given, name)))
    ? { name: given, base: EMBEDDED_FOLDER, adapter: given }
    : { name: given, base: given };
}

/**
 * Refuses the file of an adapter, and a folder of adapters' folders.
 * @throws {LabError} `bad-config` that says which folder to give.
 */
function refuseAlmost(given: string): void {
  const info = statSync(given, { throwIfNoEntry: false });
  const refuse = (what: string, todo: string): never => {
    throw new LabError({ code: 'bad-config', where: given, what, todo });
  };
  if (info?.isFile()) refuse('This is a file, not a folder.', `Give the folder that it is in: ${dirname(given)}.`);
  if (!info?.isDirectory()) return;
  const names = readdirSync(given);
  if (names.some((name) => [...ADAPTER_FILES, 'config.json', MANIFEST_NAME].includes(name))) return;
  const inner = names.filter((name) => ADAPTER_FILES.some((file) => existsSync(join(given, name, file))));
  if (inner.length > 0)
    refuse('This folder holds the folders of adapters.', `Name one of its subfolders: ${inner.sort().join(', ')}.`);
}

/**
 * What a plan names of a model's weights; undefined for a folder without a manifest.
 * @throws {LabError} `bad-file` for a damaged manifest.
 */
export async function modelWeights({ base, adapter }: NodeModel): Promise<ModelWeights | undefined> {
  const manifest = await readManifest(base);
  if (!manifest) return undefined;
  const own = { base: filesHash(manifest.files.filter(isWeightFile)) };
  return adapter === undefined ? own : { ...own, adapter: filesHash(await adapterHashes(adapter)) };
}

/** The SHA-256 of what tokenizes for a model; null for a folder without a manifest. */
export async function tokenizerHash({ base }: NodeModel): Promise<string | null> {
  const manifest = await readManifest(base);
  return manifest ? filesHash(manifest.files.filter(isTokenizerFile)) : null;
}

/** The folder to load: that of the model, or a merged one. */
export async function modelFolder({ base, adapter }: NodeModel, signal?: AbortSignal): Promise<string> {
  return adapter === undefined ? base : mergedFolder(base, adapter, signal ? { signal } : {});
}
