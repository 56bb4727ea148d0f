import { LabError } from '../../src/core/error.ts';
import type { EngineId, LoadOptions } from '../../src/core/engine/engine.ts';
import { loadChatTokenizer } from '../../src/core/engine/load-tokenizer.ts';
import { HybridModel } from '../../src/engines/hybrid-model.ts';
import { blobSource } from '../../src/core/formats/source.ts';
import type { ModelRecord } from '../../src/core/engine/record.ts';
import { readGgufFacts } from '../../src/engines/wllama/gguf-tokenizer.ts';
import type { EngineLoader } from './handlers.ts';
import { ggufParts, recordFiles } from './record-files.ts';

/** How each engine loads a model in its worker; an engine's code is fetched on first use. */
export const LOADERS: Record<EngineId, EngineLoader> = {
  async transformers({ record, choice, base, threads }, options) {
    const { loadTransformers } = await import('../../src/engines/transformers/load.ts');
    const files = await recordFiles(record, base, options);
    return loadTransformers(files, record.id, { ...options, device: choice.device, ortBase: `${base}ort/`, threads });
  },
  async wllama(request, options) {
    const { loadWllama, needsLargeMemory, wllamaRunsHere } = await import('../../src/engines/wllama/load.ts');
    const { record, choice, base, threads } = request;
    const common = { ...options, device: choice.device, wasmUrl: `${base}wllama/wllama.wasm`, threads };
    if (record.format === 'gguf') {
      // Before gigabytes are fetched in vain.
      if (!wllamaRunsHere()) throw needsLargeMemory(record.name);
      const parts = await ggufParts(record, base, options);
      const { tokenizer, contextWindow } = await readGgufFacts(blobSource(record.name, parts[0] ?? new Blob()));
      return loadWllama(parts, record.id, { ...common, tokenizer, contextWindow });
    }
    if (record.format !== 'onnx' && record.format !== 'adapter') throw wrongFormat(record, 'wllama');
    const onnx = (more: LoadOptions, device: 'webgpu' | 'wasm' = 'wasm') =>
      LOADERS.transformers({ ...request, choice: { engine: 'transformers', device } }, more);
    if (!wllamaRunsHere()) return onnx(options);
    const { ggufFromOnnx } = await import('../../src/engines/wllama/from-onnx.ts');
    const files = await recordFiles(record, base, options);
    let made: Awaited<ReturnType<typeof ggufFromOnnx>>;
    try {
      made = await ggufFromOnnx(files, options);
    } catch (error) {
      // Folders of other exporters run in ONNX Runtime.
      if (error instanceof LabError && error.code === 'unsupported') return onnx(options);
      throw error;
    }
    const tokenizer = await loadChatTokenizer(files);
    const generator = await loadWllama([made.gguf], record.id, {
      ...common,
      tokenizer,
      named: true,
      contextWindow: made.contextWindow,
    });
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

function wrongFormat(record: ModelRecord, engine: EngineId): LabError {
  return new LabError({
    code: 'unsupported',
    where: record.name,
    what: `The ${engine} engine does not run models of the format ${record.format}.`,
  });
}
