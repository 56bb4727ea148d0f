import type { LoadedModel, LoadOptions, ModelTokenizer } from '../../core/engine/engine.ts';
import type { MemoryEstimate } from '../../core/engine/memory.ts';
import { listEndpointModels, type OfferedModel } from '../../engines/openai/list-models.ts';
import type { ModelLibrary, ModelLoadOptions, ModelSummary, NewEndpoint, NewMlc } from './library.ts';
import { createModelLibrary } from './library.ts';
import { EMBEDDED_MODEL } from '../../core/engine/embedded.ts';

/** @public Pages of tests and benchmarks read it through the module's namespace. */
export { EMBEDDED_MODEL_ID } from '../../core/engine/embedded.ts';
export type { OfferedModel, MemoryEstimate, ModelLoadOptions, ModelSummary, ModelTokenizer, NewEndpoint, NewMlc };

let library: ModelLibrary | undefined;

/** The page's models. Nothing is started or fetched before the first call. */
function models(): ModelLibrary {
  library ??= createModelLibrary({
    base: new URL(import.meta.env.BASE_URL, document.baseURI).href,
    embedded: [EMBEDDED_MODEL],
    spawnEngine: () =>
      new Worker(new URL('../../../workers/engine/engine.worker.ts', import.meta.url), {
        type: 'module',
        name: 'model',
      }),
    spawnLibrary: () =>
      new Worker(new URL('../../../workers/library/library.worker.ts', import.meta.url), {
        type: 'module',
        name: 'model files',
      }),
  });
  return library;
}

/** All models: the embedded one, then those a person added, newest first. */
export const listModels = (): Promise<ModelSummary[]> => models().list();

/** The chat models of WebLLM's list; their code is fetched for that. Add one with `addMlc`. */
export const listWebLlmModels = () => models().webLlmModels();

/**
 * Adds dropped or picked files: one GGUF (or its parts), an ONNX folder, or a folder of safetensors, which is
 * converted.
 * `convert` turns a GGUF into an ONNX folder as well, for WebGPU. Paths come from `webkitRelativePath` or `paths`.
 */
export const addFromFiles = (
  files: Iterable<File>,
  options?: LoadOptions & { convert?: boolean; paths?: string[] },
): Promise<ModelSummary> => models().addFiles(files, options);

/** Adds the GGUF file or ONNX folder at an address; its server must allow this page to read it. */
export const addFromUrl = (url: string, options?: LoadOptions): Promise<ModelSummary> => models().addUrl(url, options);

/** Adds a model behind an OpenAI-compatible endpoint. The key stays in memory unless `keepKey`. */
export const addEndpoint = (endpoint: NewEndpoint): Promise<ModelSummary> => models().addEndpoint(endpoint);

/**
 * The models that a server offers.
 * @throws {LabError} `endpoint` or `bad-config`.
 */
export const listModelsOfEndpoint = (baseUrl: string, apiKey?: string, signal?: AbortSignal): Promise<OfferedModel[]> =>
  listEndpointModels({ baseUrl, apiKey }, { signal });

/** Adds a model in MLC format: an entry of WebLLM's list, or a pair of addresses. */
export const addMlc = (model: NewMlc): Promise<ModelSummary> => models().addMlc(model);

/** Makes an ONNX version of a stored GGUF, for WebGPU. */
export const convertToOnnx = (id: string, options?: LoadOptions): Promise<ModelSummary> =>
  models().convert(id, options);

/** Removes an added model and its files; of the embedded model, only the files. */
export const removeModel = (id: string): Promise<void> => models().remove(id);

/** Loads a model in a worker of its own; unloading it ends the worker. */
export const loadModel = (id: string, options?: ModelLoadOptions): Promise<LoadedModel> => models().load(id, options);

/** What a model will take in memory; null where it can't be known before loading. */
export const estimateMemory = (id: string, device: 'webgpu' | 'wasm' = 'wasm'): Promise<MemoryEstimate | null> =>
  models().estimate(id, device);

/**
 * A model's tokenizer and chat template without its weights.
 * @throws {LabError} `unsupported` for MLC models and endpoints.
 */
export const openTokenizer = (id: string): Promise<ModelTokenizer> => models().tokenizer(id);

/** The same in a worker of its own, for work that must be possible to end: `close` ends it. */
export const openOwnTokenizer = (id: string): Promise<ModelTokenizer & { close(): void }> => models().ownTokenizer(id);

/** Hears of every change to the list; returns a function that stops listening. */
export const subscribe = (listener: () => void): (() => void) => models().subscribe(listener);
