import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attempt } from './harness/attempt.ts';
import { launch } from './harness/browser.ts';
import { buildEnginePage, serveEnginePage } from './harness/engine-page.ts';
import { CARD, withEngineScript } from './harness/engine-script.ts';
import { exceeded, gpuCountsPerToken } from './harness/gpu-counts.ts';
import type { ServedLab } from './harness/lab.ts';
import { unload } from './harness/page-model.ts';
import { serveModelHub, type ModelHub } from './harness/model-hub.ts';
import { takeSlow } from './harness/slow.ts';
import { exportTiny } from './harness/tiny-export.ts';
import { writeTinyModel } from './harness/tiny-model.ts';
import { visit, type Visit } from './harness/visit.ts';

/** Where models run, with SwiftShader as a software graphics device, which has no 16-bit floats. */
let root = '';
let lab: ServedLab;
let hub: ModelHub;
let browser: Browser;
let guest: Visit;

const exported = (format: 'gguf' | 'onnx', dtype: string): Promise<string> => exportTiny(root, 'source', format, dtype);

/** The layout of a model hub: every kind of weights in one folder, without a manifest or settings of this lab. */
async function layOut(): Promise<string> {
  const folder = join(root, 'hub');
  await writeTinyModel(join(root, 'source'), { max_position_embeddings: 256 });
  for (const dtype of ['fp32', 'q4f16', 'q4']) await cp(await exported('onnx', dtype), folder, { recursive: true });
  await cp(join(await exported('gguf', 'Q8_0'), 'tiny.Q8_0.gguf'), join(folder, 'tiny.gguf'));
  await rm(join(folder, 'manifest.json'));
  const config = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')) as Record<string, unknown>;
  delete config['transformers.js_config'];
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  return folder;
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'devices-'));
  await buildEnginePage();
  hub = await serveModelHub(await layOut());
  lab = await serveEnginePage({ 'files/': `${root}/` });
  browser = await launch({ webgpu: true });
  guest = await visit(browser, lab.url);
}, 240_000);
afterAll(async () => {
  await browser.close();
  await Promise.all([lab.close(), hub.close()]);
  await rm(root, { recursive: true, force: true });
});

const weights = (): string[] => [...new Set(hub.asked.filter((line) => line.startsWith('GET /storage/onnx')))];

describe('a folder at an address, without a manifest', () => {
  it(
    'is found from the page of a model hub, with the weights that this device can run',
    { timeout: 240_000 },
    async () => {
      const { info, tokens, scores, error } = await attempt(
        guest.page,
        `${hub.url}/org/tiny`,
        { device: 'webgpu' },
        { newTokens: 2, keep: true },
      );
      expect(error).toBeUndefined();
      expect(info).toMatchObject({
        engine: 'transformers',
        device: 'webgpu',
        selfTest: { passed: true, against: 'processor' },
      });
      expect(tokens).toBeGreaterThan(0);
      expect(scores?.slice(1).every((value) => value !== null && value < 0)).toBe(true);
      expect(weights().some((line) => line.endsWith('/model_q4.onnx'))).toBe(true);
    },
  );

  // Compiling the shaders takes ten seconds in software, so it is the model of the test before this one.
  it('costs no more dispatches, submits and bytes read back per token than are stated', async ({ annotate }) => {
    const counts = await gpuCountsPerToken(guest.page);
    await annotate(`two layers on WebGPU, per token: ${JSON.stringify(counts)}`);
    expect(exceeded(counts)).toEqual([]);
    // A token cannot be chosen without reading something.
    expect(counts.bytesRead).toBeGreaterThan(0);
    await unload(guest.page);
  });

  it('reuses what was found, and runs on Wasm of its own accord, because a software adapter is slower', async () => {
    const id = await guest.page.evaluate(
      async () => (await solace.listModels()).find(({ name }) => name === 'tiny')?.id ?? '',
    );
    hub.asked.length = 0;
    const info = await guest.page.evaluate(async (id) => {
      const model = await solace.loadModel(id, { engine: 'transformers' });
      await model.unload();
      return model.info;
    }, id);
    expect(info).toMatchObject({ device: 'wasm', note: expect.stringMatching(/is a program \(.*swiftshader.*\)/) });
    expect(info.selfTest).toMatchObject({ passed: null, why: expect.stringContaining('state no values') });
    expect(hub.asked).toEqual(['GET /org/tiny/resolve/main/manifest.json']);
  });
});

describe('a GGUF at an address', () => {
  const page = (): string => `${hub.url}/org/tiny/blob/main/tiny.gguf`;

  it('runs on Wasm and says why', async () => {
    const { info, error } = await attempt(guest.page, page());
    expect(error).toBeUndefined();
    expect(info).toMatchObject({ engine: 'wllama', device: 'wasm', note: expect.stringMatching(/is a program/) });
  });

  // The weights are random, so the bytes are too.
  it('is told apart from a lack of memory when it writes bytes that are not text', async () => {
    const { error } = await attempt(guest.page, page(), { device: 'wasm' }, { newTokens: 8 });
    expect(error).toMatchObject({ code: 'worker-lost', message: expect.stringMatching(/bytes that are not text/) });
  });

  it('is refused on a graphics device that lacks what llama.cpp needs', async () => {
    const { error } = await attempt(guest.page, page(), { device: 'webgpu' });
    expect(error).toMatchObject({ code: 'unsupported', message: expect.stringMatching(/shader-f16/) });
  });

  it('falls back to Wasm, and says so, if llama.cpp finds less than the browser reported', async () => {
    const deceived = await visit(browser, lab.url, { context: await withEngineScript(browser, CARD + HALVES) });
    const { info, error } = await attempt(deceived.page, page());
    expect(error).toBeUndefined();
    expect(info).toMatchObject({
      engine: 'wllama',
      device: 'wasm',
      note: expect.stringMatching(/WebGPU failed: .*main memory/),
    });
    await deceived.close();
  });
});

const HALVES = `Object.defineProperty(GPUAdapter.prototype, 'features', { get: () => new Set(['shader-f16']) });`;

/** An adapter with these limits, in bytes. */
const limits = (binding: number, buffer: number): string => `{
  const { get } = Object.getOwnPropertyDescriptor(GPUAdapter.prototype, 'limits');
  const own = { maxStorageBufferBindingSize: ${binding}, maxBufferSize: ${buffer} };
  Object.defineProperty(GPUAdapter.prototype, 'limits', {
    get() {
      return new Proxy(get.call(this), { get: (limits, name) => own[name] ?? Reflect.get(limits, name, limits) });
    },
  });
}`;
const MIB = 2 ** 20;

/** Kernels that multiply by something else: what layers add matters little in a model of random weights. */
const WRONG_KERNELS: Record<string, [right: string, wrong: string]> = {
  'products that are added to the hidden state': ['+= sum;', '+= 100.0 * sum;'],
  'products that read the hidden state': ['gate_output_value += gate', 'gate_output_value += 1.5 * gate'],
  "the lab's product with the vocabulary": ['return sum * scaleOf', 'return 1.5 * sum * scaleOf'],
};

const replacing = (right: string, wrong: string): string => `if (globalThis.GPUDevice) {
  const { createShaderModule } = GPUDevice.prototype;
  GPUDevice.prototype.createShaderModule = function ({ code, ...rest }) {
    return createShaderModule.call(this, { ...rest, code: code.replaceAll('${right}', '${wrong}') });
  };
}`;

describe('a folder with known values', () => {
  const url = (): string => `${lab.url}files/source-onnx-q4/`;

  it.each(Object.entries(WRONG_KERNELS))(
    'leaves a device whose kernel is wrong for the processor, names it, and reports it: %s',
    async (_, [right, wrong]) => {
      const script = CARD + replacing(right, wrong);
      const sick = await visit(browser, lab.url, { context: await withEngineScript(browser, script) });
      const { info, error } = await attempt(sick.page, url(), { device: 'webgpu' });
      expect(error).toBeUndefined();
      expect(info).toMatchObject({
        engine: 'transformers',
        device: 'wasm',
        note: expect.stringMatching(/WebGPU failed: The graphics device \(acme card\) computes wrong numbers/),
        selfTest: { passed: true, against: 'manifest' },
      });
      expect(info?.report).toMatch(/Device: webgpu, acme card\n.*Chrome.*\nEngine: transformers, onnxruntime-web \d/);
      expect(info?.report).toMatch(/Expected \(manifest\): -\d.*\nFound: -\d/);
      // It is remembered: the graphics device is not even tried.
      const again = await attempt(sick.page, url());
      expect(again.info).toMatchObject({ device: 'wasm', note: info?.note, report: info?.report });
      await sick.close();
    },
  );
});

it('runs a model on Wasm if the graphics device cannot hold its weights, and states both sizes', async () => {
  const small = await visit(browser, lab.url, { context: await withEngineScript(browser, CARD + limits(4096, 4096)) });
  const { info, error } = await attempt(small.page, `${lab.url}files/source-onnx-q4/`);
  expect(error).toBeUndefined();
  expect(info).toMatchObject({
    device: 'wasm',
    note: expect.stringMatching(/WebGPU failed: .*takes 19 kB, but this graphics device allows 4\.1 kB per buffer/),
  });
  await small.close();
});

// Half a minute in software: the embedding of a Qwen2.5 0.5B, which exceeds the minimum that WebGPU guarantees.
describe.runIf(takeSlow)('a weight above the binding limit', () => {
  it('is bound to shaders in parts, and gives the same results as Wasm', { timeout: 400_000 }, async () => {
    await writeTinyModel(join(root, 'wide'), {
      model_type: 'qwen2',
      max_position_embeddings: 256,
      hidden_size: 896,
      vocab_size: 151_936,
      num_hidden_layers: 1,
      num_attention_heads: 14,
      num_key_value_heads: 2,
      intermediate_size: 128,
    });
    await exportTiny(root, 'wide', 'onnx', 'q4');
    const limited = await visit(browser, lab.url, {
      context: await withEngineScript(browser, limits(128 * MIB, 256 * MIB)),
    });
    const url = `${lab.url}files/wide-onnx-q4/`;
    const [gpu, wasm] = [
      await attempt(limited.page, url, { device: 'webgpu' }, { newTokens: 1 }),
      await attempt(limited.page, url, { device: 'wasm', engine: 'transformers' }, { newTokens: 1 }),
    ];
    expect(gpu.error).toBeUndefined();
    expect(gpu.info?.device).toBe('webgpu');
    expect(gpu.scores?.length).toBeGreaterThan(2);
    for (const [i, score] of (gpu.scores ?? []).entries())
      if (score !== null) expect(score).toBeCloseTo(wasm.scores?.[i] ?? NaN, 2);
    await limited.close();
    const small = await visit(browser, lab.url, {
      context: await withEngineScript(browser, limits(64 * MIB, 128 * MIB)),
    });
    expect((await attempt(small.page, url, { device: 'webgpu' })).error).toMatchObject({
      code: 'out-of-memory',
      message: expect.stringMatching(/takes 136 MB, but this graphics device allows 134 MB per buffer/),
    });
    await small.close();
  });
});
