import type { Wllama } from '@wllama/wllama';
import { LabError, throwIfCancelled } from '../../error.ts';
import type { LoadOptions } from '../engine.ts';
import { runtimeFault } from '../faults.ts';
import { probeGpu } from '../gpu.ts';
import { formatBytes } from '../memory.ts';
import type { ChatTokenizer } from '../../tokenizer/chat-tokenizer.ts';
import { WllamaModel, type CompletionChunk, type CompletionRequest, type LlamaRuntime } from './wllama-model.ts';

export interface WllamaOptions extends LoadOptions {
  device: 'auto' | 'webgpu' | 'wasm' | 'cpu';
  /** Address of wllama.wasm on the lab's own server. */
  wasmUrl: string;
  threads: number;
  /** The model's tokenizer, where it can be run here: llama.cpp's own is not within reach. */
  tokenizer: ChatTokenizer | undefined;
  /** Tokens that the model was trained for; the cache is made for as many, up to `MAX_CONTEXT`. */
  contextWindow: number;
}

/** llama.cpp sets aside the whole cache at once, so long windows are cut. */
const MAX_CONTEXT = 4096;

/** Loads a GGUF (its parts in order) with wllama. Throws `out-of-memory`, `bad-file`, `unsupported` or `cancelled`. */
export async function loadWllama(parts: Blob[], modelId: string, options: WllamaOptions): Promise<WllamaModel> {
  const { onProgress, signal, tokenizer, threads } = options;
  const bytes = parts.reduce((sum, part) => sum + part.size, 0);
  checkMemory(bytes, modelId);
  const { Wllama } = await import('@wllama/wllama');
  throwIfCancelled(signal);
  onProgress?.({ stage: 'Loading the weights into memory', loadedBytes: 0, totalBytes: bytes });

  const gpu = options.device === 'webgpu' ? await probeGpu() : undefined;
  if (gpu && !gpu.available) throw new LabError({ code: 'unsupported', where: modelId, what: `WebGPU can't be used: ${gpu.reason}.`, todo: 'Choose Wasm as the device.' });
  const device = gpu ? 'webgpu' : 'wasm';
  const problems: string[] = [];
  const complain = (...words: unknown[]) => void problems.push(words.map(String).join(' '));
  const wllama = new Wllama(
    { default: options.wasmUrl },
    { suppressNativeLog: false, logger: { debug() {}, log() {}, warn() {}, error: complain } },
  );
  // Its fallback build would come from another server.
  wllama.setCompat(null);
  const contextWindow = Math.min(options.contextWindow, MAX_CONTEXT);
  try {
    await wllama.loadModel(parts, {
      n_ctx: contextWindow,
      n_threads: threads,
      n_gpu_layers: gpu ? 99999 : 0,
      n_parallel: 1,
      jinja: true,
    });
    if (signal?.aborted) throw LabError.cancelled();
  } catch (error) {
    await wllama.exit().catch(() => {});
    throw loadFault(error, problems, modelId, device);
  }
  onProgress?.({ stage: 'Ready', loadedBytes: bytes, totalBytes: bytes });

  const runtime: LlamaRuntime = {
    complete: (request, onChunk, abort) => complete(wllama, request, onChunk, abort),
    exit: () => wllama.exit(),
    addedStart: wllama.mustAddBosToken() ? tokenizer?.tokenText(wllama.getBOS()) : undefined,
  };
  return new WllamaModel({ modelId, device, contextWindow }, runtime, tokenizer);
}

/** A chunk of a chat completion or of a plain one. */
type ServerChunk = Omit<CompletionChunk, 'choices'> & {
  choices: (CompletionChunk['choices'][number] & { delta?: { content?: string | null } })[];
};

/** The package's types leave out some of the server's own fields. */
async function complete(wllama: Wllama, { prompt, ...settings }: CompletionRequest, onChunk?: (chunk: CompletionChunk) => void, signal?: AbortSignal): Promise<CompletionChunk> {
  const params = { ...settings, ...(signal ? { abortSignal: signal } : {}) };
  let last: CompletionChunk = { choices: [] };
  const onData = ({ choices, usage }: ServerChunk) => {
    last = { choices: choices.map(({ delta, ...choice }) => (delta?.content ? { ...choice, text: delta.content } : choice)), usage: usage ?? null };
    onChunk?.(last);
  };
  if (typeof prompt !== 'string') await wllama.createChatCompletion({ ...params, messages: prompt, stream: true, onData } as never);
  else if (onChunk) await wllama.createCompletion({ ...params, prompt, stream: true, onData } as never);
  else last = (await wllama.createCompletion({ ...params, prompt, stream: false } as never)) as unknown as CompletionChunk;
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

/** llama.cpp writes its reasons into its log and throws something short. */
function loadFault(error: unknown, problems: string[], modelId: string, device: 'webgpu' | 'wasm'): LabError {
  const reason = problems.find((line) => /unknown model architecture|invalid magic|failed to read|unsupported|not within the file bounds|corrupted/i.test(line));
  if (!reason) return runtimeFault(error, modelId, device);
  return new LabError(
    { code: 'bad-file', where: modelId, what: `llama.cpp can't read the file: ${reason.replace(/^.*?@@/, '').trim()}.`, todo: 'Check that the file is whole and that its architecture is one that llama.cpp knows.' },
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
