import type { CacheManager, Wllama } from '@wllama/wllama';
import { LabError, throwIfCancelled } from '../../core/error.ts';
import { gpuObstacle, surroundings, type Surroundings } from '../choose-device.ts';
import { fetchAhead } from '../fetch-ahead.ts';
import type { LoadOptions } from '../../core/engine/engine.ts';
import { runtimeFault } from '../../core/engine/faults.ts';
import { formatBytes } from '../../core/units.ts';
import type { ChatTokenizer } from '../../core/tokenizer/chat-tokenizer.ts';
import { LlamaLog, type Placement } from './log.ts';
import { WllamaModel, type CompletionChunk, type CompletionRequest, type LlamaRuntime } from './wllama-model.ts';

export interface WllamaOptions extends LoadOptions {
  device: 'auto' | 'webgpu' | 'wasm' | 'cpu';
  /** URL of wllama.wasm on the lab's own server. */
  wasmUrl: string;
  threads: number;
  /** The model's tokenizer, if it can run here: llama.cpp's own is not accessible. */
  tokenizer: ChatTokenizer | undefined;
  /** Whether the file's control tokens have the names of `markedName`. */
  named?: boolean;
  /** Context window of the model in tokens; the size of the cache, up to `MAX_CONTEXT`. */
  contextWindow: number;
}

/** Begins to fetch llama.cpp, so that it arrives beside the weights. */
export function fetchWllama(wasmUrl: string, signal: AbortSignal | undefined): void {
  import('@wllama/wllama').catch(() => undefined);
  fetchAhead(wasmUrl, signal);
}

/** What a load finds in its browser. */
export interface WllamaPlace {
  library: () => Promise<{ CacheManager: typeof CacheManager; Wllama: typeof Wllama }>;
  surroundings: () => Promise<Surroundings>;
}

/** llama.cpp allocates the whole cache at once, so long windows are limited. */
const MAX_CONTEXT = 4096;

/**
 * Loads a GGUF (its parts in order) with wllama.
 * @throws {LabError} `out-of-memory`, `bad-file`, `unsupported` or `cancelled`.
 */
export async function loadWllama(
  parts: Blob[],
  modelId: string,
  options: WllamaOptions,
  place: WllamaPlace = { library: () => import('@wllama/wllama'), surroundings },
): Promise<WllamaModel> {
  const { onProgress, signal, tokenizer, threads } = options;
  const bytes = parts.reduce((sum, part) => sum + part.size, 0);
  checkMemory(bytes, modelId);
  const { CacheManager, Wllama } = await place.library();
  throwIfCancelled(signal);
  onProgress?.({ stage: 'Loading the weights into memory', loadedBytes: 0, totalBytes: bytes });

  const wanted = options.device === 'webgpu' ? 'webgpu' : 'wasm';
  const obstacle = wanted === 'webgpu' ? gpuObstacle('wllama', await place.surroundings()) : undefined;
  if (obstacle !== undefined) throw noGpu(modelId, obstacle);
  const log = new LlamaLog();
  const wllama = new Wllama(
    { default: options.wasmUrl },
    { suppressNativeLog: false, logger: log.logger, cacheManager: new CacheManager([NO_CACHE]) },
  );
  // Its fallback build would be fetched from another server.
  wllama.setCompat(null);
  const contextWindow = Math.min(options.contextWindow, MAX_CONTEXT);
  try {
    await wllama.loadModel(parts, {
      n_ctx: contextWindow,
      n_threads: threads,
      n_gpu_layers: wanted === 'webgpu' ? 99999 : 0,
      n_parallel: 1,
      jinja: true,
    });
    if (signal?.aborted) throw LabError.cancelled();
    if (wanted === 'webgpu' && log.placement().device !== 'webgpu')
      throw noGpu(
        modelId,
        `llama.cpp put the model into main memory (${log.gpuError() ?? 'it found no graphics device'})`,
      );
  } catch (error) {
    await wllama.exit().catch(() => {});
    throw loadFault(error, log, modelId, wanted);
  }
  const { device, note } = described(log.placement());
  onProgress?.({ stage: 'Ready', loadedBytes: bytes, totalBytes: bytes });

  const runtime: LlamaRuntime = {
    complete: (request, onChunk, abort) =>
      complete(wllama, request, onChunk, abort).catch((error: unknown) => {
        throw replyFault(error, log, modelId, device);
      }),
    exit: () => wllama.exit(),
    named: options.named ?? false,
    addedStart: wllama.mustAddBosToken() ? tokenizer?.tokenText(wllama.getBOS()) : undefined,
  };
  return new WllamaModel({ modelId, device, contextWindow, ...(note ? { note } : {}) }, runtime, tokenizer);
}

/** The lab stores models itself; the package's own store fails in browsers without storage. */
const NO_CACHE = {
  isSupported: () => true,
  read: () => Promise.resolve(null),
  write: () => Promise.resolve(),
  getSize: () => Promise.resolve(-1),
  list: () => Promise.resolve([]),
  delete: () => Promise.resolve(),
};

/** A chunk of a chat completion or of a plain one. */
type ServerChunk = Omit<CompletionChunk, 'choices'> & {
  choices: (CompletionChunk['choices'][number] & { delta?: { content?: string | null } })[];
};

/** The package's types omit some of the server's fields. */
async function complete(
  wllama: Wllama,
  { prompt, ...settings }: CompletionRequest,
  onChunk?: (chunk: CompletionChunk) => void,
  signal?: AbortSignal,
): Promise<CompletionChunk> {
  const params = { ...settings, ...(signal ? { abortSignal: signal } : {}) };
  let last: CompletionChunk = { choices: [] };
  const onData = ({ choices, usage, timings }: ServerChunk) => {
    last = {
      choices: choices.map(({ delta, ...choice }) => (delta?.content ? { ...choice, text: delta.content } : choice)),
      usage: usage ?? null,
      timings: timings ?? null,
    };
    onChunk?.(last);
  };
  if (typeof prompt !== 'string')
    await wllama.createChatCompletion({ ...params, messages: prompt, stream: true, onData } as never);
  else if (onChunk) await wllama.createCompletion({ ...params, prompt, stream: true, onData } as never);
  else
    last = (await wllama.createCompletion({ ...params, prompt, stream: false } as never)) as unknown as CompletionChunk;
  return last;
}

function checkMemory(bytes: number, modelId: string): void {
  const reported = (navigator as { deviceMemory?: number }).deviceMemory;
  const limit = (reported ?? 8) * 2 ** 30;
  if (reported === undefined || reported >= 8 || bytes * 1.2 < limit) return;
  throw new LabError({
    code: 'out-of-memory',
    where: modelId,
    what: `It takes about ${formatBytes(bytes * 1.2)}, but this device reports ${formatBytes(limit)} of memory.`,
    todo: 'Choose a smaller model, or a version with fewer bits per weight.',
  });
}

function noGpu(modelId: string, why: string): LabError {
  return new LabError({
    code: 'unsupported',
    where: modelId,
    what: `WebGPU can't be used: ${why}.`,
    todo: 'Choose Wasm as the device, or convert the model for WebGPU.',
  });
}

/** The device of the weights, with a sentence if the CPU shares the work. */
function described({ device, layers }: Placement): { device: 'webgpu' | 'wasm'; note?: string } {
  if (!layers || layers.there >= layers.all) return { device };
  return {
    device,
    note:
      `${layers.there} of ${layers.all} layers run on WebGPU, the others on Wasm, because the graphics device has ` +
      'no room for them.',
  };
}

/** The error that ended a reply. A runtime that failed must be restarted. */
function replyFault(error: unknown, log: LlamaLog, modelId: string, device: 'webgpu' | 'wasm'): unknown {
  const gpu = device === 'webgpu' ? log.gpuError() : undefined;
  const again = 'The model is loaded again when you retry';
  if (gpu !== undefined) {
    return new LabError(
      {
        code: 'device-lost',
        where: modelId,
        what: `The graphics device failed (${gpu}).`,
        todo: `${again}; if it happens twice, choose Wasm as the device.`,
      },
      { cause: error },
    );
  }
  // wllama's error is then about its own messages.
  if (log.errors.some((line) => /json\.exception.*invalid UTF-8/.test(line))) {
    return new LabError(
      {
        code: 'worker-lost',
        where: modelId,
        what: 'llama.cpp failed, because the model generated bytes that are not text (UTF-8).',
        todo: `${again}. Another seed or a lower temperature helps, and so does converting the model for WebGPU.`,
      },
      { cause: error },
    );
  }
  return error;
}

/** llama.cpp logs its reasons and throws something short. */
function loadFault(error: unknown, log: LlamaLog, modelId: string, device: 'webgpu' | 'wasm'): LabError {
  if (error instanceof LabError) return error;
  const reason = log.errors.find((line) =>
    /unknown model architecture|invalid magic|failed to read|unsupported|not within the file bounds|corrupted/i.test(
      line,
    ),
  );
  const gpu = device === 'webgpu' ? log.gpuError() : undefined;
  if (!reason && gpu)
    return new LabError(
      {
        code: 'unsupported',
        where: modelId,
        what: `llama.cpp failed on WebGPU (${gpu}).`,
        todo: 'Choose Wasm as the device.',
      },
      { cause: error },
    );
  if (!reason) return runtimeFault(error, modelId, device);
  return new LabError(
    {
      code: 'bad-file',
      where: modelId,
      what: `llama.cpp can't read the file: ${reason.replace(/^.*?@@/, '').trim()}.`,
      todo: 'Check that the file is complete and that llama.cpp supports its architecture.',
    },
    { cause: error },
  );
}

/** Whether this browser can run wllama's build: it needs 64-bit Wasm memory. */
export function wllamaRunsHere(): boolean {
  try {
    new WebAssembly.Memory({ address: 'i64', initial: 1n } as unknown as WebAssembly.MemoryDescriptor);
    return true;
  } catch {
    return false;
  }
}

/** The error for a GGUF if `wllamaRunsHere` is false; ONNX folders have an alternative. */
export function needsLargeMemory(name: string): LabError {
  return new LabError({
    code: 'unsupported',
    where: name,
    what: 'GGUF files run with llama.cpp, which needs 64-bit Wasm memory, and this browser has none.',
    todo:
      'Convert it on Models (the converted one runs on WebGPU and on Wasm), or open the lab in Chrome, Edge or ' +
      'Firefox.',
  });
}
