import { LabError } from '../../src/core/error.ts';
import type { EngineId, LoadOptions } from '../../src/core/engine/engine.ts';
import type { ModelFiles } from '../../src/core/engine/files.ts';
import { loadChatTokenizer } from '../../src/core/engine/load-tokenizer.ts';
import { HybridModel } from '../../src/engines/hybrid-model.ts';
import { blobSource } from '../../src/core/formats/source.ts';
import { openModelDatabase } from '../../src/browser/model-store/database.ts';
import { downloadFile } from '../../src/browser/model-store/download.ts';
import { FileStore } from '../../src/browser/model-store/file-store.ts';
import { remoteFiles } from '../../src/browser/model-store/remote-files.ts';
import { noStorage, openBlobStore } from '../../src/browser/model-store/blob-store.ts';
import type { GgufRecord, ModelRecord } from '../../src/core/engine/record.ts';
import { readGgufFacts } from '../../src/engines/wllama/gguf-tokenizer.ts';
import type { EngineLoader } from './handlers.ts';

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
    if (record.format !== 'onnx') throw wrongFormat(record, 'wllama');
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
 * The parts of a GGUF in order; fetched if they are missing or incomplete. `unchecked` skips the verification of
 * gigabytes if only the header is needed.
 */
export async function ggufParts(
  record: GgufRecord,
  base: string,
  { onProgress, signal, unchecked = false }: LoadOptions & { unchecked?: boolean },
): Promise<Blob[]> {
  const store = await openStore();
  if (!store) throw noStorage();
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

/** A model's files: fetched from their URL and stored, or dropped ones. */
export async function recordFiles(record: ModelRecord, base: string, options: LoadOptions): Promise<ModelFiles> {
  const store = await openStore();
  const url = 'url' in record ? record.url : null;
  if (url !== null && record.format === 'onnx')
    return remoteFiles(store, { id: record.id, name: record.name, url: new URL(url, base).href }, options);
  if (!store) throw noStorage();
  return store.modelFiles(record.id, record.name);
}
