import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { decodeModel, encodeModel } from '../src/core/formats/onnx/index.ts';
import { launch } from './harness/browser.ts';
import { buildEnginePage, serveEnginePage } from './harness/engine-page.ts';
import { exportExact } from './harness/exact-export.ts';
import type { ServedLab } from './harness/lab.ts';
import { load, reply, score, unload, type InPage } from './harness/page-model.ts';
import { writeTalkingModel } from './harness/tiny-model.ts';
import { visit, type Visit } from './harness/visit.ts';

/**
 * What a reply and a score may go through on WebGPU (SwiftShader): with the graph for WebGPU and caches in place, and
 * with the exported graph, as the lab runs those of other exporters.
 */
let root = '';
let lab: ServedLab;
let browser: Browser;
let guest: Visit;
/** Positions of the model: a little more than the first buffers of the caches have. */
const WINDOW = 540;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'gpu-decoding-'));
  await buildEnginePage();
  await writeTalkingModel(join(root, 'source'), { max_position_embeddings: WINDOW });
  await exportExact(join(root, 'source'), join(root, 'tiny'));
  await cp(join(root, 'tiny'), join(root, 'foreign'), { recursive: true });
  await rm(join(root, 'foreign/manifest.json'));
  const graph = join(root, 'foreign/onnx/model_q4.onnx');
  await writeFile(graph, encodeModel({ ...decodeModel(await readFile(graph)), producerName: 'another' }));
  lab = await serveEnginePage({ 'files/': join(root, '/') });
  browser = await launch({ webgpu: true });
  guest = await visit(browser, lab.url);
}, 240_000);
afterAll(async () => {
  await browser.close();
  await lab.close();
  await rm(root, { recursive: true, force: true });
});

const user = (content: string) => ({ role: 'user' as const, content });
const assistant = (content: string) => ({ role: 'assistant' as const, content });
const LONG = 'you are not alone with this '.repeat(18);

/** In the page: stops a reply at its third token, and returns what was written until then. */
const stopped = (page: Page) =>
  page.evaluate(async () => {
    const { model } = globalThis as unknown as InPage;
    const settings = { temperature: 0, topK: 0, topP: 1, maxNewTokens: 100, seed: 1 };
    const stop = new AbortController();
    let text = '';
    for await (const event of model.stream([{ role: 'user', content: 'hello' }], settings, stop.signal)) {
      if (event.type === 'text') text += event.text;
      if (text.length >= 3) stop.abort();
      if (event.type === 'done') return { text, reason: event.reason };
    }
    return { text, reason: 'none' };
  });

async function talk(page: Page, folder: string) {
  await load(page, { url: `files/${folder}/`, engine: 'transformers', device: 'webgpu' });
  const scores = async () => (await score(page, 'hello you are not alone')).map(({ logprob }) => logprob ?? 0);
  const first = await reply(page, [user('hello')], 6);
  const said = {
    first,
    // The cache has the beginning of all of this, then only a part.
    continued: await reply(page, [user('hello'), assistant(first), user('and then')], 6),
    changed: await reply(page, [user('hello'), assistant('no'), user('and then')], 6),
    sampled: await reply(page, [user('hello')], 6, 0.7),
    // More positions than the first buffers have, up to the end of the window.
    full: await reply(page, [user(LONG)], WINDOW),
    stopped: await stopped(page),
    again: await reply(page, [user('hello')], 6),
  };
  const result = { said, scores: await scores(), scoredAgain: await scores() };
  await unload(page);
  return result;
}

it('is the same with the graph for WebGPU: continued, changed, sampled, window full, stopped, scored', async () => {
  const own = await talk(guest.page, 'tiny');
  const foreign = await talk(guest.page, 'foreign');
  expect(own.said).toEqual(foreign.said);
  expect(own.said.again).toBe(own.said.first);
  expect(own.said.full.length).toBeGreaterThan(10);
  expect(own.said.stopped.reason).toBe('cancelled');
  expect(own.scores.length).toBeGreaterThan(10);
  own.scores.forEach((value, i) => expect(value).toBeCloseTo(foreign.scores[i] ?? NaN, 3));
  expect(own.scoredAgain).toEqual(own.scores);
});
