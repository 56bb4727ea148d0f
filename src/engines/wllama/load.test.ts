import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PAPER_DECODING, type LoadProgress, type StreamEvent } from '../../core/engine/engine.ts';
import { byteTokenizerFiles } from '../../core/engine/testing/byte-tokenizer.ts';
import { createChatTokenizer } from '../../core/tokenizer/chat-tokenizer.ts';
import type { GpuProbe } from '../gpu.ts';
import { CARD } from '../testing/card.ts';
import { fetchWllama, loadWllama, needsLargeMemory, wllamaRunsHere, type WllamaPlace } from './load.ts';
import { FakeWllama } from './testing/fake-wllama.ts';
import type { WllamaModel } from './wllama-model.ts';

const files = byteTokenizerFiles();
const tokenizer = createChatTokenizer(files.tokenizer, files.config, 'tiny');
const PARTS = [new Blob(['12345']), new Blob(['678'])];
const OPTIONS = {
  device: 'wasm',
  wasmUrl: 'https://lab.example/wllama.wasm',
  threads: 3,
  tokenizer,
  contextWindow: 512,
} as const;
const ON_GPU = 'load_tensors:     WebGPU0 model buffer size =   108.10 MiB';
const MESSAGES = [{ role: 'user' as const, content: 'Hi' }];

/** Stands in for the package's store of models. */
class CacheManager {
  readonly stores: object[];
  constructor(stores: object[]) {
    this.stores = stores;
  }
}

/** Loads with a stand-in for llama.cpp, which `script` changes before. */
function load(
  options: Partial<Parameters<typeof loadWllama>[2]> = {},
  script: Partial<FakeWllama> = {},
  gpu: GpuProbe = CARD,
) {
  const made: FakeWllama[] = [];
  class Wllama extends FakeWllama {
    constructor(...given: ConstructorParameters<typeof FakeWllama>) {
      super(...given);
      Object.assign(this, script);
      made.push(this);
    }
  }
  const place = {
    library: async () => ({ Wllama, CacheManager }),
    surroundings: async () => ({ gpu, suspends: true }),
  } as unknown as WllamaPlace;
  return { made, model: loadWllama(PARTS, 'tiny', { ...OPTIONS, ...options }, place) };
}

async function talk(model: WllamaModel): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  for await (const event of model.stream(MESSAGES, { ...PAPER_DECODING, maxNewTokens: 3, seed: 9 })) events.push(event);
  return events;
}
const said = (events: StreamEvent[]): string => events.map((each) => (each.type === 'text' ? each.text : '')).join('');

beforeEach(() => vi.stubGlobal('navigator', {}));
afterEach(() => vi.unstubAllGlobals());

describe('loadWllama', () => {
  it("gives llama.cpp the parts in order, from the lab's own server, for the processor alone", async () => {
    const steps: LoadProgress[] = [];
    const { made, model } = load({ onProgress: (step) => steps.push(step) });
    expect((await model).info).toMatchObject({ engine: 'wllama', device: 'wasm', contextWindow: 512, modelId: 'tiny' });
    expect((await model).info.note).toBeUndefined();
    const [{ paths, compat, loaded } = new FakeWllama({ default: '' })] = made;
    expect([paths, compat]).toEqual([{ default: OPTIONS.wasmUrl }, null]);
    expect(loaded).toEqual([[PARTS, { n_ctx: 512, n_threads: 3, n_gpu_layers: 0, n_parallel: 1, jinja: true }]]);
    expect(steps).toEqual([
      { stage: 'Loading the weights into memory', loadedBytes: 0, totalBytes: 8 },
      { stage: 'Ready', loadedBytes: 8, totalBytes: 8 },
    ]);
  });

  it("leaves storing models to the lab: the package's own store finds nothing and keeps nothing", async () => {
    const { made, model } = load();
    await model;
    const { stores } = made[0]?.settings?.cacheManager as CacheManager;
    expect(stores).toHaveLength(1);
    const store = stores[0] as Record<string, (name?: string) => unknown>;
    expect(store['isSupported']?.()).toBe(true);
    const asked = ['write', 'read', 'getSize', 'list', 'delete'].map((name) => store[name]?.('model.gguf'));
    expect(await Promise.all(asked)).toEqual([undefined, null, -1, [], undefined]);
  });

  it('limits long windows, because the whole cache is allocated at once', async () => {
    const { made, model } = load({ contextWindow: 131_072 });
    expect((await model).info.contextWindow).toBe(4096);
    expect(made[0]?.loaded[0]?.[1]).toMatchObject({ n_ctx: 4096 });
  });

  it('puts all layers on the graphics device if asked, and says when some had no room', async () => {
    const { made, model } = load(
      { device: 'webgpu' },
      { logs: ['load_tensors: offloaded 31/31 layers to GPU', ON_GPU] },
    );
    expect((await model).info).toMatchObject({ device: 'webgpu' });
    expect((await model).info.note).toBeUndefined();
    expect(made[0]?.loaded[0]?.[1]['n_gpu_layers']).toBeGreaterThan(1000);
    const part = load({ device: 'webgpu' }, { logs: ['load_tensors: offloaded 12/31 layers to GPU', ON_GPU] });
    expect((await part.model).info).toMatchObject({
      device: 'webgpu',
      note: expect.stringMatching(/^12 of 31 layers/),
    });
  });

  it('refuses a graphics device that llama.cpp cannot use, before anything is loaded', async () => {
    const { made, model } = load({ device: 'webgpu' }, {}, { ...CARD, halfPrecision: false });
    await expect(model).rejects.toMatchObject({ code: 'unsupported', message: expect.stringContaining('shader-f16') });
    expect(made).toEqual([]);
  });

  it('does not pass off the processor as the graphics device', async () => {
    for (const [logs, why] of [
      [[], 'it found no graphics device'],
      [['ggml_webgpu: Failed to get an adapter.'], 'Failed to get an adapter'],
    ] as const) {
      const { made, model } = load({ device: 'webgpu' }, { logs });
      await expect(model).rejects.toMatchObject({ code: 'unsupported', message: expect.stringContaining(`(${why})`) });
      expect(made[0]?.exits).toBe(1);
    }
  });

  it.each([
    [
      'an unknown architecture',
      'wasm',
      ["@@ error loading model: unknown model architecture: 'x'"],
      'bad-file',
      /can't read the file: error loading model: unknown/,
    ],
    [
      'a damaged file',
      'webgpu',
      ['llama_model_load: tensor data is not within the file bounds', 'ggml_webgpu: device lost'],
      'bad-file',
      /file bounds/,
    ],
    [
      'a failing graphics device',
      'webgpu',
      ['ggml_webgpu: Failed to create a pipeline'],
      'unsupported',
      /failed on WebGPU \(Failed to create a pipeline\)/,
    ],
    ['too little memory', 'wasm', [], 'out-of-memory', /not enough memory/],
  ] as const)('names what llama.cpp said about %s, and frees its memory', async (_, device, logs, code, message) => {
    const fault = new Error(code === 'out-of-memory' ? 'RuntimeError: Out of memory' : 'Failed to load model');
    const { made, model } = load({ device }, { errors: logs, fault });
    await expect(model).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect(made[0]?.exits).toBe(1);
  });

  it('can be stopped before and during the load', async () => {
    const early = load({ signal: AbortSignal.abort() });
    await expect(early.model).rejects.toMatchObject({ code: 'cancelled' });
    expect(early.made).toEqual([]);
    const stop = new AbortController();
    const onProgress = () => stop.abort();
    const { made, model } = load({ signal: stop.signal, onProgress });
    await expect(model).rejects.toMatchObject({ code: 'cancelled' });
    expect(made[0]?.exits).toBe(1);
  });

  it('refuses a file for which the device reports too little memory', async () => {
    const huge = [{ size: 4e9 } as Blob];
    const none = {
      library: () => Promise.reject(new Error('loaded')),
      surroundings: () => Promise.reject(new Error()),
    };
    vi.stubGlobal('navigator', { deviceMemory: 4 });
    await expect(loadWllama(huge, 'huge', OPTIONS, none)).rejects.toMatchObject({ code: 'out-of-memory' });
    // Browsers report at most 8 GiB, so there may be more.
    for (const deviceMemory of [8, undefined]) {
      vi.stubGlobal('navigator', { deviceMemory });
      await expect(loadWllama(huge, 'huge', OPTIONS, none)).rejects.toThrow('loaded');
    }
  });
});

describe('a model of llama.cpp', () => {
  it('sends the rendered prompt without the start token that the server adds, and streams the reply', async () => {
    const { made, model } = load();
    const events = await talk(await model);
    expect(said(events)).toBe('abc');
    expect(events.at(-1)).toMatchObject({ type: 'done', reason: 'length', stats: { newTokens: 3 } });
    expect(made[0]?.asked).toEqual([
      expect.objectContaining({ kind: 'completion', prompt: 'user\nHi</s>\n<s>assistant\n', stream: true, seed: 9 }),
    ]);
    const bare = load({}, { mustAddBosToken: () => false });
    await talk(await bare.model);
    expect(bare.made[0]?.asked[0]).toMatchObject({ prompt: '<s>user\nHi</s>\n<s>assistant\n' });
    await (await model).unload();
    expect(made[0]?.exits).toBe(1);
  });

  it('asks for a chat where the tokenizer is unknown, and reads its words', async () => {
    const { made, model } = load({ tokenizer: undefined });
    const events = await talk(await model);
    expect(said(events)).toBe('abc');
    expect(made[0]?.asked).toEqual([expect.objectContaining({ kind: 'chat', messages: MESSAGES, stream: true })]);
    expect(events.at(-1)).toMatchObject({ stats: { promptTokens: 5, newTokens: 3 } });
  });

  it('scores without streaming', async () => {
    const { made, model } = load();
    const scores = await (await model).scorer?.score('<s>ab');
    expect(scores?.map(({ logprob }) => logprob)).toEqual([null, -0.5, -0.5]);
    expect(made[0]?.asked).toEqual([
      expect.objectContaining({ prompt: '', stream: false, max_tokens: 1 }),
      expect.objectContaining({ prompt: 'a', stream: false, max_tokens: 1 }),
    ]);
  });

  it.each([
    [
      'the graphics device failed',
      'webgpu',
      ['ggml_webgpu: Device lost! Reason: 2.'],
      'device-lost',
      /Device lost! Reason: 2/,
    ],
    ['a card failed that it does not use', 'wasm', ['ggml_webgpu: Device lost!'], 'unsupported', /no more/],
    [
      'it generated bytes that are not text',
      'wasm',
      ['srv: [json.exception.type_error.316] invalid UTF-8 byte'],
      'worker-lost',
      /not text/,
    ],
    ['memory ran out', 'wasm', [], 'out-of-memory', /memory/],
  ] as const)('says that a reply ended because %s', async (_, device, errors, code, message) => {
    const { made, model } = load({ device }, { logs: device === 'webgpu' ? [ON_GPU] : [] });
    const loaded = await model;
    Object.assign(made[0] ?? {}, {
      errors,
      fault: new Error(code === 'out-of-memory' ? 'memory access out of bounds' : 'no more'),
    });
    await expect(talk(loaded)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });
});

describe('a browser', () => {
  it('runs llama.cpp if Wasm can have 64-bit memory, and is told so otherwise', () => {
    const described: object[] = [];
    function Memory(descriptor: object): void {
      described.push(descriptor);
    }
    vi.stubGlobal('WebAssembly', { Memory });
    expect([wllamaRunsHere(), described]).toEqual([true, [{ address: 'i64', initial: 1n }]]);
    function Refusing(): void {
      throw new TypeError('Cannot convert a BigInt to a number');
    }
    vi.stubGlobal('WebAssembly', { Memory: Refusing });
    expect(wllamaRunsHere()).toBe(false);
    expect(needsLargeMemory('tiny')).toMatchObject({ code: 'unsupported', detail: { where: 'tiny' } });
  });

  it('begins to fetch llama.cpp from the lab', () => {
    const asked: string[] = [];
    vi.stubGlobal('fetch', (url: string) => (asked.push(url), Promise.resolve(new Response())));
    fetchWllama('https://lab.example/ahead.wasm', undefined);
    expect(asked).toEqual(['https://lab.example/ahead.wasm']);
  });
});
