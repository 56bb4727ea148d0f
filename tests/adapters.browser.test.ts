import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChatMessage } from '../src/core/context/message.ts';
import { EMBEDDED_MODEL_ID } from '../src/core/engine/embedded.ts';
import type { EngineId } from '../src/core/engine/engine.ts';
import { tinyAdapterFiles } from '../src/core/training/testing/tiny-adapter.ts';
import { launch } from './harness/browser.ts';
import { buildEnginePage, serveEnginePage } from './harness/engine-page.ts';
import type { ServedLab } from './harness/lab.ts';
import { heapMeter, reply, unload } from './harness/page-model.ts';
import { exportTalkingModel } from './harness/talking-model.ts';
import { openExportedFolder } from '../trainer/export/folder.ts';
import { visit, type Visit } from './harness/visit.ts';

const PUBLIC = join(import.meta.dirname, '../public');
const QUESTION: ChatMessage[] = [{ role: 'user', content: 'a' }];

let root: string;
let lab: ServedLab;
let browser: Browser;
let guest: Visit;
/** Ids of the base and of two adapters over it. */
let models: string[];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'solace-adapters-'));
  const folder = await exportTalkingModel(root, 'onnx', 'q4');
  await buildEnginePage();
  lab = await serveEnginePage({
    'base/': `${folder}/`,
    'models/': `${PUBLIC}/models/`,
    'adapters/': `${PUBLIC}/adapters/`,
  });
  browser = await launch({ webgpu: false });
  guest = await visit(browser, lab.url);
  const { checkpoint, close } = await openExportedFolder(folder);
  const adapters = await Promise.all(
    [1, 2].map(async (seed) =>
      Promise.all(
        // Without o_proj, or it would not say letters only.
        [...(await tinyAdapterFiles(checkpoint.config, seed, { size: 1.5, targets: ['q_proj', 'v_proj'] }))].map(
          async ([path, blob]) => ({
            path: `adapter ${seed}/${path}`,
            base64: Buffer.from(await blob.arrayBuffer()).toString('base64'),
          }),
        ),
      ),
    ),
  );
  await close();
  models = await guest.page.evaluate(async (adapters) => {
    const ids = [(await solace.addFromUrl(new URL('base/', location.href).href)).id];
    for (const files of adapters) {
      const list = files.map(({ path, base64 }) => {
        const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
        return new File([bytes], path.split('/')[1] ?? path);
      });
      ids.push((await solace.addFromFiles(list, { paths: files.map(({ path }) => path) })).id);
    }
    return ids;
  }, adapters);
});
afterAll(async () => {
  await browser.close();
  await lab.close();
  await rm(root, { recursive: true, force: true });
});

/** Loads a model, has it reply, and unloads it; says whether loading merged anything. */
async function speak(
  id: string,
  engine: EngineId,
  messages: ChatMessage[] = QUESTION,
): Promise<{ text: string; merged: boolean }> {
  const merged = await guest.page.evaluate(
    async ({ id, engine }) => {
      const stages: string[] = [];
      const onProgress = ({ stage }: { stage: string }) => void stages.push(stage);
      Object.assign(globalThis, { model: await solace.loadModel(id, { engine, device: 'wasm', onProgress }) });
      return stages.includes('Merging the adapter');
    },
    { id, engine },
  );
  const text = await reply(guest.page, messages, 8);
  await unload(guest.page);
  return { text, merged };
}

/** SHA-256 of the stored files of a merge, in the order of their names. */
const mergedHash = (id: string): Promise<string> =>
  guest.page.evaluate(async (id) => {
    let folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('models');
    for (const name of [id, 'merged', 'onnx']) folder = await folder.getDirectoryHandle(encodeURIComponent(name));
    const names: string[] = [];
    for await (const name of folder.keys()) names.push(name);
    names.sort();
    const parts = names.map(async (name) =>
      (await (await folder.getDirectoryHandle(name)).getFileHandle('0')).getFile(),
    );
    const bytes = await new Blob(await Promise.all(parts)).arrayBuffer();
    const digest = await crypto.subtle.digest('SHA-256', bytes);
    return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
  }, id);

/** Waits until no engine's worker is left. */
const noEngines = async (): Promise<void> => {
  const engines = () => guest.page.workers().filter((worker) => worker.url().includes('engine'));
  await expect.poll(engines, { timeout: 60_000 }).toEqual([]);
};

describe('a base and two adapters over it', () => {
  const said = new Map<string, string>();
  const hashes: string[] = [];

  it('each reply differently, and merging happens once per adapter', async () => {
    const heap = await heapMeter(guest);
    let before = 0;
    for (const id of models) {
      const { text, merged } = await speak(id, 'wllama');
      said.set(id, text);
      expect(merged, id).toBe(id !== models[0]);
      before ||= await heap();
    }
    expect(new Set(said.values()).size).toBe(3);
    const [, , last = ''] = models;
    const { text, merged } = await speak(last, 'transformers');
    // llama.cpp's cache has half precision: with random weights, the engines soon differ.
    expect([text.slice(0, 4), merged]).toEqual([said.get(last)?.slice(0, 4), false]);
    await noEngines();
    expect((await heap()) - before).toBeLessThan(2e6);
  });

  it('reply the same after a reload, from the same merged files', async () => {
    const adapters = models.slice(1);
    for (const id of adapters) hashes.push(await mergedHash(id));
    expect(new Set(hashes).size).toBe(2);
    await guest.page.reload();
    await guest.page.waitForFunction(() => 'solace' in globalThis);
    for (const [i, id] of adapters.entries()) {
      expect(await speak(id, 'wllama')).toEqual({ text: said.get(id), merged: false });
      expect(await mergedHash(id)).toBe(hashes[i]);
    }
  });

  it('are removed with what was made of them', async () => {
    const stored = await guest.page.evaluate(async (ids) => {
      const before = (await solace.listModels()).map(({ id, storedBytes, bytes }) => ({ id, storedBytes, bytes }));
      for (const id of ids) await solace.removeModel(id);
      return { before, after: (await solace.listModels()).map(({ id }) => id) };
    }, models.slice(1));
    for (const id of models.slice(1)) {
      const row = stored.before.find((each) => each.id === id);
      expect(row?.storedBytes).toBeGreaterThan(row?.bytes ?? 0);
      expect(stored.after).not.toContain(id);
    }
    expect(stored.after).toContain(models[0]);
    await expect(mergedHash(models[1] ?? '')).rejects.toThrow(/NotFound|could not be found/);
  });

  it('are, as published with the lab, three models that differ and stay the same after a reload', async () => {
    const [first = '', second = ''] = ['corpus-raw', 'corpus-keypos'].map((name) => `${EMBEDDED_MODEL_ID}+${name}`);
    const heap = await heapMeter(guest);
    const question: ChatMessage[] = [{ role: 'user', content: 'I feel so lonely.' }];
    const before = await heap();
    const texts: string[] = [];
    for (const id of [EMBEDDED_MODEL_ID, first, second]) texts.push((await speak(id, 'wllama', question)).text);
    expect(new Set(texts).size).toBe(3);
    await noEngines();
    expect((await heap()) - before).toBeLessThan(2e6);
    const hash = await mergedHash(first);
    expect(await mergedHash(second)).not.toBe(hash);
    await guest.page.reload();
    await guest.page.waitForFunction(() => 'solace' in globalThis);
    expect(await speak(first, 'wllama', question)).toEqual({ text: texts[1], merged: false });
    expect(await mergedHash(first)).toBe(hash);
  });

  it('contacted no other host and broke no policy', () => {
    expect([...guest.origins]).toEqual([new URL(lab.url).origin]);
    expect(guest.errors).toEqual([]);
  });
});
