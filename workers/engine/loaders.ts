import { LabError } from '../../src/core/error.ts';
import type { EngineId, LoadedModel, LoadOptions } from '../../src/core/engine/engine.ts';
import type { ModelFiles } from '../../src/core/engine/files.ts';
import { loadChatTokenizer } from '../../src/core/engine/load-tokenizer.ts';
import { fetchOrt } from '../../src/engines/fetch-ahead.ts';
import { probeGpu } from '../../src/engines/gpu.ts';
import { HybridModel } from '../../src/engines/hybrid-model.ts';
import { isModest } from '../../src/engines/wide/memory.ts';
import { WITHOUT_LLAMA } from '../../src/engines/fallback-notes.ts';
import { blobSource } from '../../src/core/formats/source.ts';
import type { EngineChoice, ModelRecord } from '../../src/core/engine/record.ts';
import { readGgufFacts } from '../../src/engines/wllama/gguf-tokenizer.ts';
import type { WllamaOptions } from '../../src/engines/wllama/load.ts';
import type { WllamaModel } from '../../src/engines/wllama/wllama-model.ts';
import type { LoadRequest } from './api.ts';
import type { EngineLoader } from './handlers.ts';
import { ggufParts, openStore, recordFiles } from './record-files.ts';
import { loadTested } from './self-test.ts';

type WllamaFacts = Pick<WllamaOptions, 'tokenizer' | 'named' | 'contextWindow'>;

/** How each engine loads a model in its worker; an engine's code is fetched on first use. */
export const LOADERS: Record<EngineId, EngineLoader> = {
  async transformers(request, options) {
    const { record, choice, base, threads } = request;
    if (choice.wide) return loadWidened(request, options);
    const { loadTransformers, sameOnProcessor } = await import('../../src/engines/transformers/load.ts');
    const { gpuFiles } = await import('../../src/browser/model-store/converted-files.ts');
    const files = await recordFiles(record, base, options);
    const { files: run, form } =
      choice.device === 'webgpu'
        ? await gpuFiles(await openStore(), record, files, options)
        : { files, form: undefined };
    const load = (device: EngineChoice['device'], from = files) =>
      loadTransformers(from, record.id, { ...options, device, ortBase: `${base}ort/`, threads });
    const onProcessor = async () => ((await sameOnProcessor(files)) ? load('wasm') : undefined);
    const subject = { request, engine: 'transformers', files, form, onProcessor, ...options } as const;
    const model = await loadTested(subject, () => load(choice.device, run));
    if (model.info.device === 'webgpu' && (await isCard())) void model.warmUp();
    return model;
  },
  async wllama(request, options) {
    const { fetchWllama, loadWllama, needsLargeMemory, wllamaRunsHere } =
      await import('../../src/engines/wllama/load.ts');
    const { record, choice, base, threads } = request;
    const wasmUrl = `${base}wllama/wllama.wasm`;
    const { signal } = options;
    const tested = (parts: Blob[], facts: WllamaFacts, files?: ModelFiles) => {
      const load = (device: EngineChoice['device']) =>
        loadWllama(parts, record.id, { ...options, ...facts, device, wasmUrl, threads });
      const onProcessor = () => load('wasm');
      const subject = { request, engine: 'wllama', files, onProcessor, ...options } as const;
      return loadTested(subject, () => load(choice.device));
    };
    if (record.format === 'gguf') {
      // Before gigabytes are fetched in vain.
      if (!wllamaRunsHere()) throw needsLargeMemory(record.name);
      fetchWllama(wasmUrl, signal);
      const parts = await ggufParts(record, base, options);
      return tested(parts, await readGgufFacts(blobSource(record.name, parts[0] ?? new Blob())));
    }
    if (record.format !== 'onnx' && record.format !== 'adapter') throw wrongFormat(record, 'wllama');
    const onnx = (more: LoadOptions, device: 'webgpu' | 'wasm' = 'wasm') =>
      LOADERS.transformers({ ...request, choice: { ...choice, engine: 'transformers', device } }, more);
    if (!wllamaRunsHere()) return onnx(options);
    // An adapter's base can be converted, because nothing could be merged into another.
    if (record.format === 'adapter') fetchWllama(wasmUrl, signal);
    const files = await recordFiles(record, base, options);
    const contextWindow = await llamaWindow(files, options);
    if (contextWindow === undefined) return onnx(options);
    if (record.format === 'onnx') fetchWllama(wasmUrl, signal);
    const { convertedGguf } = await import('../../src/browser/model-store/converted-files.ts');
    const gguf = await convertedGguf(await openStore(), record, files, options);
    const facts = { tokenizer: await loadChatTokenizer(files), named: true, contextWindow };
    let generator: WllamaModel;
    try {
      generator = await tested([gguf], facts, files);
    } catch (error) {
      if (choice.device === 'webgpu' || !(error instanceof LabError && error.code === 'wrong-numbers')) throw error;
      return noted(await onnx(options), error);
    }
    // Scores use the same device as replies, so that one device can be shown for both.
    return new HybridModel(generator, () => onnx({}, generator.info.device === 'webgpu' ? 'webgpu' : 'wasm'));
  },
  async webllm({ record }, options) {
    if (record.format !== 'mlc') throw wrongFormat(record, 'webllm');
    const { loadWebLlm } = await import('../../src/engines/webllm/load.ts');
    return loadWebLlm(record, record.id, options);
  },
  async openai({ record, apiKey }) {
    if (record.format !== 'endpoint') throw wrongFormat(record, 'openai');
    const { EndpointModel } = await import('../../src/engines/openai/openai.ts');
    const { baseUrl, model, contextWindow } = record;
    return new EndpointModel({
      baseUrl,
      model,
      contextWindow,
      modelId: record.id,
      apiKey: apiKey ?? record.apiKey ?? undefined,
    });
  },
};

/** A program in place of a card compiles faster than it computes. */
async function isCard(): Promise<boolean> {
  const gpu = await probeGpu();
  return gpu.available && !gpu.software;
}

/** ONNX Runtime with widened weights, or llama.cpp for what is not widened. */
async function loadWidened(request: LoadRequest, options: LoadOptions): Promise<LoadedModel> {
  const { record, choice, base, threads } = request;
  const ortBase = `${base}ort/`;
  // An adapter's base can be widened, because nothing could be merged into another. Other models nearly always can.
  if (record.format === 'adapter' || isModest(WIDER * record.bytes)) fetchOrt(ortBase, options.signal);
  const { loadWide } = await import('../../src/engines/wide/load.ts');
  const { widenedBytes } = await import('../../src/engines/wide/widened-bytes.ts');
  const files = await recordFiles(record, base, options);
  if ((await widenedBytes(files, options)) === undefined)
    return LOADERS.wllama({ ...request, choice: { ...choice, engine: 'wllama', wide: false } }, options);
  fetchOrt(ortBase, options.signal);
  const onProcessor = () => Promise.resolve(undefined);
  const subject = { request, engine: 'transformers', files, onProcessor, ...options } as const;
  try {
    return await loadTested(subject, (warmUp) => loadWide(files, record.id, { ...options, ortBase, threads, warmUp }));
  } catch (error) {
    if (!(error instanceof LabError) || !NARROWER.has(error.code)) throw error;
    throw new LabError({ ...error.detail, otherEngine: true }, { cause: error });
  }
}

/** Weights become at least this many times as large: from 8 bits to 32. */
const WIDER = 4;

/** Failures with widened weights that llama.cpp need not have. */
const NARROWER = new Set<string>(['unsupported', 'out-of-memory', 'wrong-numbers']);

/** The context window in llama.cpp; undefined for folders of other exporters, which run in ONNX Runtime. */
async function llamaWindow(files: ModelFiles, options: LoadOptions): Promise<number | undefined> {
  const { convertibleWindow } = await import('../../src/engines/wllama/from-onnx.ts');
  try {
    return await convertibleWindow(files, options);
  } catch (error) {
    if (error instanceof LabError && error.code === 'unsupported') return undefined;
    throw error;
  }
}

/** A model that runs in ONNX Runtime, because llama.cpp failed the self-test. */
function noted(model: LoadedModel, { detail: { report } }: LabError): LoadedModel {
  model.info.note = WITHOUT_LLAMA;
  if (report) model.info.report = report;
  return model;
}

function wrongFormat(record: ModelRecord, engine: EngineId): LabError {
  return new LabError({
    code: 'unsupported',
    where: record.name,
    what: `The ${engine} engine does not run models of the format ${record.format}.`,
  });
}
