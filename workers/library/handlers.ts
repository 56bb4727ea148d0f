import { LazyMap } from '../../src/core/async/memoised.ts';
import { LabError } from '../../src/core/error.ts';
import { openGguf } from '../../src/core/formats/gguf/checkpoint.ts';
import { blobSource } from '../../src/core/formats/source.ts';
import type { Handlers } from '../../src/rpc/server.ts';
import { loadShape } from '../../src/core/engine/load-config.ts';
import { sparingly } from '../../src/core/engine/progress.ts';
import { estimateMemory, type MemoryEstimate } from '../../src/core/engine/memory.ts';
import type { ModelRecord, OnnxRecord } from '../../src/core/engine/record.ts';
import { combineAdapters } from '../../src/browser/model-store/ingest-adapter.ts';
import { saveAdapter } from '../../src/browser/model-store/save-adapter.ts';
import { convertCheckpoint, convertedId, ingestFiles } from '../../src/browser/model-store/ingest.ts';
import type { ChatTokenizer } from '../../src/core/tokenizer/chat-tokenizer.ts';
import { modelTokenizer } from '../../src/core/engine/model-tokenizer.ts';
import { loadChatTokenizer } from '../../src/core/engine/load-tokenizer.ts';
import { LOGITS_ROWS } from '../../src/engines/transformers/ort-model.ts';
import { chooseVariant } from '../../src/engines/transformers/variants.ts';
import { gpuFormBytes } from '../../src/engines/transformers/gpu-form.ts';
import { forgetWebLlm, listWebLlm, storedWebLlm } from '../../src/engines/webllm/catalogue.ts';
import { widenedBytes } from '../../src/engines/wide/widened-bytes.ts';
import { readGgufFacts } from '../../src/engines/wllama/gguf-tokenizer.ts';
import type { LibraryApi } from './api.ts';
import { adapterFiles, ggufParts, openStore, requireStore, recordFiles, textFiles } from '../engine/record-files.ts';
import { addUrl } from './add-url.ts';
import { hashesOf } from './model-hashes.ts';

/** The handlers of the worker for model files. */
export function libraryHandlers(): Handlers<LibraryApi> {
  const tokenizers = new LazyMap<string, ChatTokenizer>();
  const tokenizer = (record: ModelRecord, base: string) => tokenizers.get(record.id, () => openTokenizer(record, base));
  const estimates = new LazyMap<string, MemoryEstimate>();
  return {
    async addFiles({ files, convert, known, base }, { emit, signal }) {
      const options = { onProgress: sparingly(emit), signal };
      const openBase = (record: OnnxRecord) => recordFiles(record, base, options);
      return ingestFiles(await requireStore(), files, convert, { known, openBase }, options);
    },
    addUrl: async ({ url, base }, { emit, signal }) => addUrl(url, base, { onProgress: sparingly(emit), signal }),
    async convert({ record, known, base }, { emit, signal }) {
      if (record.format !== 'gguf')
        throw new LabError({ code: 'unsupported', where: record.name, what: 'Only GGUF files are converted.' });
      const files = await requireStore();
      const [first, second] = await ggufParts(record, base, { onProgress: sparingly(emit), signal });
      if (!first || second)
        throw new LabError({
          code: 'unsupported',
          where: record.name,
          what: 'A GGUF in several parts is not converted here.',
          todo: 'Join it with llama-gguf-split --merge first.',
        });
      const id = await convertedId(files, record.id, known);
      try {
        return await convertCheckpoint(files, id, await openGguf(blobSource(record.name, first)), 'GGUF', {
          onProgress: sparingly(emit),
          signal,
        });
      } catch (error) {
        await files.remove(id);
        throw error;
      }
    },
    async combine({ name, parts, known, base }, { emit, signal }) {
      const options = { onProgress: sparingly(emit), signal };
      const files = await requireStore();
      const adapters = parts.map(async ({ record, weight }) => ({
        record,
        weight,
        files: await adapterFiles(record, base, options),
      }));
      return combineAdapters(files, name, await Promise.all(adapters), known, options);
    },
    async saveAdapter({ record, base, format }, { emit, signal }) {
      const options = { onProgress: sparingly(emit), signal };
      const files = await adapterFiles(record, base, options);
      return saveAdapter(
        record,
        { base: await recordFiles(record.base, base, options), adapter: files },
        format,
        options,
      );
    },
    hashes: ({ record, base }) => hashesOf(record, base),
    async remove(record) {
      const { id } = record;
      tokenizers.forget(id);
      for (const device of ['webgpu', 'wasm']) estimates.forget(`${id} ${device}`);
      await (await openStore())?.remove(id);
      if (record.format === 'mlc') await forgetWebLlm(record);
      return null;
    },
    async storedBytes(records) {
      const files = await openStore();
      const mlc = records.filter((record) => record.format === 'mlc');
      // Some browsers refuse the caches; what else is stored is known all the same.
      const whole = new Set(await storedWebLlm(mlc).catch(() => []));
      const all = records.flatMap((each): ModelRecord[] => (each.format === 'adapter' ? [each, each.base] : [each]));
      const sizes = new Map(all.map(({ id, bytes }) => [id, bytes] as const));
      const pairs = [...sizes].map(async ([id, bytes]) => {
        const stored = whole.has(id) ? { files: bytes, made: 0 } : await files?.storedBytes(id);
        return [id, stored ?? { files: 0, made: 0 }] as const;
      });
      return Object.fromEntries(await Promise.all(pairs));
    },
    async countTokens({ record, base, texts, form }) {
      return modelTokenizer(await tokenizer(record, base)).countTokens(texts, form);
    },
    async renderPrompt({ record, base, messages }) {
      return (await tokenizer(record, base)).renderPrompt(messages);
    },
    async estimate({ record, base, device, wide }) {
      if (record.format !== 'onnx' && record.format !== 'adapter') return null;
      // An adapter adds little to its base. The list asks for all adapters of a base at once.
      const weights = record.format === 'adapter' ? record.base : record;
      return estimates.get(`${weights.id} ${device}`, () => estimate(weights, base, device, wide));
    },
    webLlmList: () => listWebLlm(),
  };
}

async function openTokenizer(record: ModelRecord, base: string): Promise<ChatTokenizer> {
  if (record.format === 'onnx' || record.format === 'adapter')
    return loadChatTokenizer(await textFiles(record, base, {}));
  if (record.format === 'gguf') {
    const [first = new Blob()] = await ggufParts(record, base, { unchecked: true });
    const { tokenizer } = await readGgufFacts(blobSource(record.name, first));
    if (tokenizer) return tokenizer;
  }
  throw new LabError({
    code: 'unsupported',
    where: record.name,
    what: 'Its tokenizer is not available without the model.',
  });
}

async function estimate(
  record: OnnxRecord,
  base: string,
  device: 'webgpu' | 'wasm',
  wide: boolean,
): Promise<MemoryEstimate> {
  const files = await textFiles(record, base, {});
  const variant = chooseVariant(files, device, false);
  const shape = await loadShape(files);
  const widened = wide && device === 'wasm' ? await widenedBytes(files) : undefined;
  const inPlace = widened !== undefined;
  const form = device === 'webgpu' ? await gpuFormBytes(files, variant, {}) : widened;
  return estimateMemory(
    { ...shape, weightBytes: form ?? variant.bytes, cacheElementBytes: 4, logitsRows: LOGITS_ROWS, inPlace },
    device,
  );
}
