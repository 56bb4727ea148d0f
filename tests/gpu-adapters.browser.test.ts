import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseConfig } from '../src/core/formats/config.ts';
import { tinyAdapterFiles } from '../src/core/training/testing/tiny-adapter.ts';
import { WARM_UP_MEASURE } from '../src/engines/transformers/ort-model.ts';
import { launch } from './harness/browser.ts';
import { buildEnginePage, serveEnginePage } from './harness/engine-page.ts';
import { CARD, withEngineScript } from './harness/engine-script.ts';
import { exportExact } from './harness/exact-export.ts';
import { engineWorker, exceeded, gpuCountsPerToken } from './harness/gpu-counts.ts';
import type { ServedLab } from './harness/lab.ts';
import { reply, score, unload } from './harness/page-model.ts';
import { writeTalkingModel } from './harness/tiny-model.ts';
import { visit, type Visit } from './harness/visit.ts';

/**
 * A model that is a base with an adapter, as the lab's default is, on SwiftShader under the name of a card: the adapter
 * is merged, the merged model gets the graph for WebGPU, and its shaders are compiled before the first message.
 */
let root = '';
let lab: ServedLab;
let browser: Browser;
let guest: Visit;
let model = '';

/** The pipelines that this worker has asked for so far. */
const COUNT_PIPELINES = `
globalThis.pipelines = 0;
for (const name of ['createComputePipeline', 'createComputePipelineAsync']) {
  const create = GPUDevice.prototype[name];
  GPUDevice.prototype[name] = function (...given) {
    globalThis.pipelines++;
    return create.apply(this, given);
  };
}`;
const pipelines = (): Promise<number> =>
  engineWorker(guest.page).evaluate(() => (globalThis as unknown as { pipelines: number }).pipelines);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'gpu-adapters-'));
  await buildEnginePage();
  await writeTalkingModel(join(root, 'source'), { max_position_embeddings: 512 });
  await exportExact(join(root, 'source'), join(root, 'base'));
  lab = await serveEnginePage({ 'base/': `${root}/base/` });
  browser = await launch({ webgpu: true });
  guest = await visit(browser, lab.url, { context: await withEngineScript(browser, CARD + COUNT_PIPELINES) });
  model = await addAdapter();
}, 240_000);
afterAll(async () => {
  await browser.close();
  await lab.close();
  await rm(root, { recursive: true, force: true });
});

/** Adds the base and an adapter on all that reads its hidden state; returns the id of the model with the adapter. */
async function addAdapter(): Promise<string> {
  const config = parseConfig(await (await fetch(`${lab.url}base/config.json`)).json());
  const targets = ['q_proj', 'k_proj', 'v_proj', 'gate_proj', 'up_proj'] as const;
  const files = await tinyAdapterFiles(config, 1, { size: 0.5, targets });
  const encoded = await Promise.all(
    [...files].map(async ([name, blob]) => {
      const bytes = Buffer.from(await blob.arrayBuffer());
      return { name, base64: bytes.toString('base64') };
    }),
  );
  return guest.page.evaluate(async (files) => {
    await solace.addFromUrl(new URL('base/', location.href).href);
    const list = files.map(({ name, base64 }) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      return new File([bytes], name);
    });
    return (await solace.addFromFiles(list, { paths: files.map(({ name }) => `adapter/${name}`) })).id;
  }, encoded);
}

/** Loads the model with the adapter; says on which device it runs. */
const loadOn = (device: 'webgpu' | 'wasm'): Promise<string> =>
  guest.page.evaluate(
    async ({ id, device }) => {
      const model = await solace.loadModel(id, { engine: 'transformers', device });
      Object.assign(globalThis, { model });
      return model.info.device;
    },
    { id: model, device },
  );

const user = (content: string) => [{ role: 'user' as const, content }];
const TEXT = 'hello you are not alone with this';
const LONG = 'you are not alone with this '.repeat(8);

it('replies and scores on WebGPU as on Wasm, and takes no more steps per token than its base', async ({ annotate }) => {
  expect(await loadOn('wasm')).toBe('wasm');
  const expected = { reply: await reply(guest.page, user('hello'), 8), scores: await score(guest.page, TEXT) };
  await unload(guest.page);
  expect(await loadOn('webgpu')).toBe('webgpu');
  expect(await reply(guest.page, user('hello'), 8)).toBe(expected.reply);
  const scores = await score(guest.page, TEXT);
  const apart = scores.map(({ logprob }, i) => Math.abs((logprob ?? 0) - (expected.scores[i]?.logprob ?? 0)));
  const counts = await gpuCountsPerToken(guest.page);
  await annotate(`log-probabilities differ by up to ${Math.max(...apart)}; per token: ${JSON.stringify(counts)}`);
  expect(scores.length).toBeGreaterThan(10);
  expect(Math.max(...apart)).toBeLessThan(0.05);
  expect(exceeded(counts)).toEqual([]);
  await unload(guest.page);
});

it('compiles at a later load, without being asked anything, every shader of a first reply', async () => {
  expect(await loadOn('webgpu')).toBe('webgpu');
  const warm = () =>
    engineWorker(guest.page).evaluate((name) => performance.getEntriesByName(name).length, WARM_UP_MEASURE);
  await expect.poll(warm, { timeout: 180_000 }).toBe(1);
  const compiled = await pipelines();
  expect(compiled).toBeGreaterThan(10);
  // A chunk of 128 tokens and the rest, then tokens that are drawn from the 50 likeliest, then a short message.
  expect(await reply(guest.page, user(LONG), 3, 0.7)).toMatch(/[a-z]/);
  expect(await reply(guest.page, user('hello'), 3)).toMatch(/[a-z]/);
  expect((await pipelines()) - compiled).toBe(0);
  await unload(guest.page);
});
