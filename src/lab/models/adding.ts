import type { DroppedFile } from '../../browser/model-store/dropped-files.ts';
import type { LoadOptions } from '../../core/engine/engine.ts';
import type { AdapterRecord, EndpointRecord, ModelRecord } from '../../core/engine/record.ts';
import { LabError } from '../../core/error.ts';
import { normaliseBaseUrl } from '../../engines/openai/endpoint.ts';
import { catalogue } from './catalogue.ts';
import { holdKey } from './endpoint-keys.ts';
import { storedBytes, summarise, type ModelSummary } from './list.ts';
import { residency } from './resident-models.ts';
import { labAddress, libraryWorker } from './workers.ts';

export interface NewEndpoint {
  name?: string;
  baseUrl: string;
  model: string;
  apiKey?: string;
  /** Store the key on this device in plain text; otherwise it is forgotten when the page closes. */
  keepKey?: boolean;
  contextWindow?: number | null;
}

/** An id from WebLLM's list, or a new id with both addresses. */
export interface NewMlc {
  id: string;
  weightsUrl?: string;
  libUrl?: string;
}

/**
 * Adds dropped or picked files: one GGUF (or its parts), an ONNX folder, a folder of safetensors, which is converted,
 * or an adapter (a GGUF, or PEFT's two files), which becomes a model over the base that it fits.
 * `convert` turns a GGUF into an ONNX folder as well, for WebGPU. Paths come from `webkitRelativePath` or `paths`.
 */
export async function addFromFiles(
  files: Iterable<File>,
  { convert = false, paths, ...options }: LoadOptions & { convert?: boolean; paths?: string[] } = {},
): Promise<ModelSummary> {
  await askToPersist();
  const dropped: DroppedFile[] = [...files].map((file, i) => ({
    path: paths?.[i] ?? (file.webkitRelativePath || file.name),
    file,
  }));
  const surroundings = { known: await catalogue.list(), base: labAddress() };
  return keep(await libraryWorker.call('addFiles', { files: dropped, convert, ...surroundings }, callOptions(options)));
}

/** Adds the GGUF file or ONNX folder at an address, whose server must let this page read it. */
export async function addFromUrl(url: string, options: LoadOptions = {}): Promise<ModelSummary> {
  await askToPersist();
  return keep(await libraryWorker.call('addUrl', { url, base: labAddress() }, callOptions(options)));
}

/** Adds a model behind an OpenAI-compatible endpoint. The key stays in memory unless `keepKey`. */
export async function addEndpoint({
  name,
  baseUrl,
  model,
  apiKey,
  keepKey = false,
  contextWindow = null,
}: NewEndpoint): Promise<ModelSummary> {
  const address = normaliseBaseUrl(baseUrl);
  const { host } = new URL(address);
  const record: EndpointRecord = {
    id: `endpoint:${host}:${model}`,
    name: name?.trim() || `${model} at ${host}`,
    summary: `Runs on ${host}; messages are sent there.`,
    bytes: 0,
    addedAt: Date.now(),
    added: true,
    format: 'endpoint',
    baseUrl: address,
    model,
    contextWindow,
    apiKey: (keepKey && apiKey) || null,
  };
  holdKey(record.id, apiKey);
  return keep(record);
}

/** Adds a model in MLC format: an entry from WebLLM's list, or a pair of addresses. */
export async function addMlc({ id, weightsUrl, libUrl }: NewMlc): Promise<ModelSummary> {
  if (!weightsUrl !== !libUrl) {
    throw new LabError({
      code: 'bad-config',
      where: id,
      what: 'Both the weights and the model library are needed.',
      todo: 'Give both addresses, or choose a model from the list.',
    });
  }
  if (!weightsUrl || !libUrl) {
    const record = (await libraryWorker.call('webLlmList', null)).find((each) => each.id === id);
    if (record) return keep({ ...record, added: true, addedAt: Date.now() });
    throw new LabError({
      code: 'not-found',
      where: id,
      what: "This model is not in WebLLM's list.",
      todo: 'Choose one from the list, or give both addresses.',
    });
  }
  return keep({
    id,
    name: id,
    summary: 'Model in MLC format; runs on WebGPU with WebLLM.',
    bytes: 0,
    addedAt: Date.now(),
    added: true,
    format: 'mlc',
    weightsUrl: absolute(weightsUrl),
    libUrl: absolute(libUrl),
    vramMb: null,
    lowResource: false,
    requiredFeatures: [],
  });
}

/** Makes an ONNX version of a stored GGUF, for WebGPU. */
export async function convertToOnnx(id: string, options: LoadOptions = {}): Promise<ModelSummary> {
  const request = { record: await catalogue.find(id), known: await catalogue.list(), base: labAddress() };
  return keep(await libraryWorker.call('convert', request, callOptions(options)));
}

/** An adapter to combine, by the id of its model, and the factor of its change. */
export interface WeightedModel {
  id: string;
  weight: number;
}

/**
 * Adds up adapters of one base, each with a weight (LoraHub's linear combination), as a new model.
 * @throws {LabError} `bad-config` for adapters of different bases or chat templates, and models that are no adapters.
 */
export async function combineAdapters(
  name: string,
  adapters: readonly WeightedModel[],
  options: LoadOptions = {},
): Promise<ModelSummary> {
  await askToPersist();
  const parts = await Promise.all(adapters.map(async ({ id, weight }) => ({ record: await findAdapter(id), weight })));
  const task = { name, parts, known: await catalogue.list(), base: labAddress() };
  return keep(await libraryWorker.call('combine', task, callOptions(options)));
}

/** Formats in which an adapter can be saved: one file for llama.cpp, or PEFT's folder. */
export type AdapterFormat = 'gguf' | 'peft';

/** The files of an adapter, by name, to save them. A combination is written as one adapter. */
export async function adapterFilesOf(
  id: string,
  format: AdapterFormat,
  options: LoadOptions = {},
): Promise<Map<string, Blob>> {
  const task = { record: await findAdapter(id), base: labAddress(), format };
  return libraryWorker.call('saveAdapter', task, callOptions(options));
}

async function findAdapter(id: string): Promise<AdapterRecord> {
  const record = await catalogue.find(id);
  if (record.format === 'adapter') return record;
  throw new LabError({
    code: 'bad-config',
    where: record.name,
    what: 'It is not an adapter.',
    todo: 'Choose a model that is an adapter over a base.',
  });
}

/**
 * Removes an added model and its files, or only the files of one that comes with the lab. Work that uses it may finish.
 */
export async function removeModel(id: string): Promise<void> {
  await residency.retire(id);
  holdKey(id, undefined);
  const record = (await catalogue.list()).find((each) => each.id === id);
  await catalogue.remove(id);
  if (record) await libraryWorker.call('remove', record);
  catalogue.notify();
}

/** The model in memory under the same id was loaded from other files, or with another key. */
async function keep(record: ModelRecord): Promise<ModelSummary> {
  await catalogue.keep(record);
  await residency.retire(record.id);
  return summarise(record, await storedBytes([record]));
}

function absolute(text: string): string {
  if (URL.canParse(text)) return new URL(text).href;
  throw new LabError({
    code: 'bad-config',
    where: text,
    what: 'This is not an address.',
    todo: 'Give full addresses that begin with http or https.',
  });
}

/** Without this the browser may delete model files when disk space runs low. Some browsers ask the person. */
async function askToPersist(): Promise<void> {
  await navigator.storage?.persist?.().catch(() => false);
}

function callOptions({ onProgress, signal }: LoadOptions) {
  return { ...(onProgress ? { onEvent: onProgress } : {}), ...(signal ? { signal } : {}) };
}
