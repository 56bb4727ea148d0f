import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchProfile } from './harness/browser.ts';
import { buildEnginePage, serveEnginePage } from './harness/engine-page.ts';
import type { ServedLab } from './harness/lab.ts';
import { load, reply, unload } from './harness/page-model.ts';
import { exportTiny } from './harness/tiny-export.ts';
import { writeTinyModel } from './harness/tiny-model.ts';

/** A profile on the disk: unlike in the private windows of other tests, files have the time of their last write. */
let root = '';
let lab: ServedLab;
let context: BrowserContext;
let page: Page;
const asked: string[] = [];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'stored-'));
  await writeTinyModel(join(root, 'source'), {});
  await exportTiny(root, 'source', 'onnx', 'q4');
  await buildEnginePage();
  lab = await serveEnginePage({ 'files/': `${root}/` });
  context = await launchProfile(join(root, 'profile'), { webgpu: false });
  page = await context.newPage();
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.goto(lab.url);
  await page.waitForFunction(() => 'solace' in globalThis);
}, 240_000);
afterAll(async () => {
  await context.close();
  await lab.close();
  await rm(root, { recursive: true, force: true });
});

/** Loads the model, as at a later visit, and gives its greedy reply and the weights that were fetched for it. */
async function visitAgain(): Promise<{ text: string; fetched: string[] }> {
  asked.length = 0;
  await load(page, { url: 'files/source-onnx-q4/', device: 'wasm' });
  const text = await reply(page, [{ role: 'user', content: 'It rains.' }], 6);
  await unload(page);
  return { text, fetched: asked.filter((path) => path.endsWith('_data')) };
}

/** Overwrites bytes of every stored data file, and returns how many files that were. */
const damage = (): Promise<number> =>
  page.evaluate(async () => {
    let count = 0;
    const search = async (folder: FileSystemDirectoryHandle): Promise<void> => {
      for await (const entry of folder.values()) {
        if (entry.kind === 'directory') await search(entry);
        else if (folder.name.endsWith('_data')) {
          const writable = await entry.createWritable({ keepExistingData: true });
          await writable.write({ type: 'write', position: 64, data: new Uint8Array(8).fill(7) });
          await writable.close();
          count++;
        }
      }
    };
    await search(await (await navigator.storage.getDirectory()).getDirectoryHandle('models'));
    return count;
  });

it('fetches stored weights again only when they were damaged', async () => {
  const first = await visitAgain();
  expect(first.fetched).toHaveLength(1);
  expect(await visitAgain()).toEqual({ text: first.text, fetched: [] });
  expect(await damage()).toBe(1);
  expect(await visitAgain()).toEqual({ text: first.text, fetched: first.fetched });
  expect(await visitAgain()).toEqual({ text: first.text, fetched: [] });
}, 240_000);

it('finds a file in a folder that was removed and made again', async () => {
  const found = await page.evaluate(async () => {
    const [one, other] = await Promise.all([solace.storage.openBlobStore(), solace.storage.openBlobStore()]);
    if (!one || !other) throw new Error('There is no storage.');
    const key = 'model/onnx/weights.bin/0';
    const put = (byte: number) => other.put(key, Uint8Array.of(byte));
    const read = async () => {
      const blob = await one.get(key);
      return blob && [...new Uint8Array(await blob.arrayBuffer())];
    };
    const found = [await read()];
    await put(1);
    found.push(await read());
    await other.clear('model');
    await put(2);
    found.push(await read());
    await other.clear('model');
    found.push(await read());
    return found;
  });
  expect(found).toEqual([undefined, [1], [2], undefined]);
});
