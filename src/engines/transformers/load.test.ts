import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { LoadProgress } from '../../core/engine/engine.ts';
import type { ModelFiles } from '../../core/engine/files.ts';
import { argmax, logProbability } from '../../core/engine/sampling.ts';
import { tinyCheckpoint } from '../../core/engine/testing/tiny-model.ts';
import { decodeModel, encodeModel } from '../../core/formats/onnx/index.ts';
import { chatTokenizerOf } from '../../core/tokenizer/chat-tokenizer.ts';
import { StreamDetokenizer } from '../../core/tokenizer/detokenizer.ts';
import type { GpuProbe } from '../gpu.ts';
import { GpuMemory } from '../testing/gpu-memory.ts';
import { memoryFiles, tinyExport } from '../testing/memory-files.ts';
import { loadTransformers, sameOnProcessor, type TransformersOptions, type TransformersPlace } from './load.ts';
import { topKernel } from './testing/top-kernel.ts';
import { toyLogits, ToySession, VOCABULARY } from './testing/toy-session.ts';

const GRAPH = 'onnx/model_q4.onnx';
const DATA = `${GRAPH}_data`;
const CARD: GpuProbe = {
  available: true,
  software: false,
  halfPrecision: false,
  maxBufferBytes: 2 ** 28,
  maxBindingBytes: 2 ** 27,
  maxBuffersPerShader: 8,
  description: 'acme card',
};
const NONE: GpuProbe = { available: false, reason: 'there is no card' };
const MESSAGES = [{ role: 'user' as const, content: 'It rains.' }];

let own: ReadonlyMap<string, Blob>;
/** The same of another exporter, whose graph cannot be trusted to write caches in place. */
let foreign: ReadonlyMap<string, Blob>;
beforeAll(async () => {
  own = await tinyExport('q4');
  const model = decodeModel(new Uint8Array(await (own.get(GRAPH) ?? new Blob()).arrayBuffer()));
  foreign = new Map(own).set(GRAPH, new Blob([encodeModel({ ...model, producerName: 'another' }).slice()]));
});
afterEach(() => vi.unstubAllGlobals());

interface Here {
  gpu?: GpuProbe;
  memory?: GpuMemory;
  session?: unknown;
}

/** Stands in for transformers.js, which opens `session` on the device of `memory`. */
function here({ gpu = CARD, memory, session = new ToySession() }: Here = {}) {
  const env = { backends: { onnx: { wasm: {}, webgpu: { device: Promise.resolve(memory?.device) } } } };
  const opened: [string, Record<string, unknown>][] = [];
  const AutoModelForCausalLM = {
    async from_pretrained(...given: [string, Record<string, unknown>]) {
      opened.push(given);
      return { sessions: { model: session } };
    },
  };
  const place = { library: async () => ({ env, AutoModelForCausalLM }), probe: async () => gpu };
  return { env: env as unknown as Record<string, never>, opened, place: place as unknown as TransformersPlace };
}

const load = (files: ModelFiles, options: TransformersOptions, place: TransformersPlace) =>
  loadTransformers(files, 'tiny', options, place);

/** The likeliest tokens after a prompt, as text, computed without caches. */
function expectedReply(count: number): string {
  const tokenizer = chatTokenizerOf(tinyCheckpoint().files, 'tiny');
  const ids = tokenizer.encode(tokenizer.renderPrompt(MESSAGES));
  const text = new StreamDetokenizer((tokens) => tokenizer.decode(tokens));
  let said = '';
  for (let i = 0; i < count; i++) {
    const next = argmax(Float32Array.from(toyLogits(ids)));
    if (next === 257) break;
    ids.push(next);
    said += text.push(next);
  }
  return said + text.end();
}

describe('a model on a graphics device', () => {
  it.each([
    ['in place, reading candidates', () => own, true, topKernel('float32'), 40],
    [
      'in place, reading whole rows, because the device sorts wrongly',
      () => own,
      true,
      () => undefined,
      4 * VOCABULARY,
    ],
    ['with caches that grow, for graphs of others', () => foreign, false, topKernel('float32'), 40],
    [
      'by itself, although there is a file that is named like a part of the form for WebGPU',
      () => new Map(own).set('onnx/vocabulary_q4.onnx', new Blob(['Something else.'])),
      true,
      topKernel('float32'),
      40,
    ],
  ] as const)('computes %s', async (_, files, inPlace, kernel, most) => {
    const memory = new GpuMemory(kernel);
    const session = new ToySession({ memory, inPlace });
    const { place, opened } = here({ memory, session });
    const model = await load(memoryFiles(files()), { device: 'webgpu' }, place);
    expect(model.info).toMatchObject({ device: 'webgpu', contextWindow: 512 });
    expect(opened).toEqual([
      ['model', { device: 'webgpu', dtype: 'q4', use_external_data_format: 1, local_files_only: true }],
    ]);
    memory.bytesRead = 0;
    let reply = '';
    let tokens = 0;
    const decoding = { temperature: 0, topK: 0, topP: 1, maxNewTokens: 6, seed: 1 };
    for await (const event of model.stream(MESSAGES, decoding)) {
      if (event.type === 'text') reply += event.text;
      if (event.type === 'done') tokens = event.stats.newTokens;
    }
    expect(reply).toBe(expectedReply(6));
    expect(tokens).toBeGreaterThan(1);
    expect(memory.bytesRead / tokens).toBeLessThanOrEqual(most);
    const scores = await model.scorer.score('It snows.');
    const ids = scores.map(({ id }) => id);
    scores.slice(1).forEach(({ logprob, id }, i) => {
      expect(logprob).toBeCloseTo(logProbability(Float32Array.from(toyLogits(ids.slice(0, i + 1))), id), 3);
    });
    await model.unload();
    expect([session.open, memory.live.size]).toEqual([0, 0]);
  });

  it('is refused where there is none, and a reason is given for the processor where it is a choice', async () => {
    const { place } = here({ gpu: NONE });
    await expect(load(memoryFiles(own), { device: 'webgpu' }, place)).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('there is no card'),
    });
    const { info } = await load(memoryFiles(own), { device: 'auto' }, place);
    expect(info).toMatchObject({ device: 'wasm', note: expect.stringContaining('there is no card') });
  });

  it('is refused before its weights are fetched if one of them is too large for the device', async () => {
    const files = memoryFiles(own);
    const { place, opened } = here({ gpu: { ...CARD, maxBufferBytes: 2000 }, memory: new GpuMemory() });
    await expect(load(files, { device: 'webgpu' }, place)).rejects.toMatchObject({
      code: 'out-of-memory',
      message: expect.stringContaining('2.0 kB per buffer'),
    });
    expect([files.ensured, opened]).toEqual([[GRAPH], []]);
  });

  it('reads the largest weight from the graph where the sizes of files do not tell', async () => {
    const files = memoryFiles(own, false);
    const memory = new GpuMemory(topKernel('float32'));
    const { place } = here({ memory, session: new ToySession({ memory, inPlace: true }) });
    await load(files, { device: 'webgpu' }, place);
    expect(files.ensured[0]).toBe(GRAPH);
    // No single file is below this limit, but each of their weights is.
    const gpu = { ...CARD, maxBufferBytes: (own.get(DATA)?.size ?? 0) - 1 };
    await load(
      memoryFiles(own),
      { device: 'webgpu' },
      here({ memory, gpu, session: new ToySession({ memory, inPlace: true }) }).place,
    );
  });
});

describe('loadTransformers', () => {
  it('lets the library read the files of the model, and nothing else', async () => {
    const files = memoryFiles(own);
    const { env, place } = here();
    await load(files, { device: 'wasm' }, place);
    expect(env).toMatchObject({ allowRemoteModels: false, useBrowserCache: false, useFSCache: false });
    const { fetch, customCache } = env as unknown as {
      fetch: (url: string) => Promise<Response>;
      customCache: { match: (request: string) => Promise<Response | undefined>; put: () => Promise<void> };
    };
    expect((await fetch('https://elsewhere.example/config.json')).status).toBe(404);
    const config = await customCache.match('/models/model/config.json');
    expect(await config?.json()).toMatchObject({ model_type: 'llama' });
    expect(await customCache.match('/models/model/preprocessor_config.json')).toBeUndefined();
    await customCache.put();
    expect(files.list).toHaveLength(own.size);
  });

  it("takes ONNX Runtime from the lab's server, and begins to fetch it at once", async () => {
    const asked: string[] = [];
    vi.stubGlobal('navigator', {});
    vi.stubGlobal('fetch', (url: string) => (asked.push(url), Promise.resolve(new Response())));
    const { env, place } = here();
    await load(memoryFiles(own), { device: 'wasm', ortBase: 'https://lab.example/hf/', threads: 3 }, place);
    expect(asked).toEqual(['https://lab.example/hf/ort-wasm-simd-threaded.wasm']);
    expect(env['backends']).toMatchObject({ onnx: { wasm: { numThreads: 3 } } });
  });

  it('says what it is doing, up to the end', async () => {
    const steps: LoadProgress[] = [];
    await load(memoryFiles(own), { device: 'wasm', onProgress: (step) => steps.push(step) }, here().place);
    expect(steps.map(({ stage }) => stage)).toEqual([
      'Reading the tokenizer',
      'Loading the weights into memory',
      'Ready',
    ]);
    const total = (own.get(GRAPH)?.size ?? 0) + (own.get(DATA)?.size ?? 0);
    expect(steps.at(-1)).toMatchObject({ loadedBytes: total, totalBytes: total });
  });

  it('can be stopped while the weights are loaded, and then releases them', async () => {
    const stop = new AbortController();
    const session = new ToySession();
    let released = 0;
    session.release = async () => void released++;
    const { place } = here({ session });
    const onProgress = ({ stage }: LoadProgress) => stage.startsWith('Loading') && stop.abort();
    await expect(
      load(memoryFiles(own), { device: 'wasm', signal: stop.signal, onProgress }, place),
    ).rejects.toMatchObject({ code: 'cancelled' });
    expect(released).toBe(1);
    const early = here();
    await expect(
      load(memoryFiles(own), { device: 'wasm', signal: AbortSignal.abort() }, early.place),
    ).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(early.opened).toEqual([]);
  });

  it('refuses what is no decoder of one graph, and what does not fit into the memory of the device', async () => {
    const { place } = here({ session: { encoder: true } });
    await expect(load(memoryFiles(own), { device: 'wasm' }, place)).rejects.toMatchObject({ code: 'unsupported' });
    vi.stubGlobal('navigator', { deviceMemory: 0.0625 });
    await expect(load(memoryFiles(own), { device: 'wasm' }, here().place)).rejects.toMatchObject({
      code: 'out-of-memory',
    });
  });
});

it('knows whether the processor would run the same weights', async () => {
  const both = memoryFiles(new Map(own).set('onnx/model_q4f16.onnx', new Blob(['half'])));
  expect(await sameOnProcessor(both, async () => CARD)).toBe(true);
  expect(await sameOnProcessor(both, async () => ({ ...CARD, halfPrecision: true }))).toBe(false);
  expect(await sameOnProcessor(both, async () => NONE)).toBe(true);
});
