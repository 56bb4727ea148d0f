import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EMBEDDED_MODEL_ID } from '../src/core/engine/embedded.ts';
import { launch } from './harness/browser.ts';
import { expectHeaderApart } from './harness/header.ts';
import { serveLab, type ServedLab } from './harness/lab.ts';
import { keptOffline } from './harness/offline.ts';
import { Person } from './harness/person.ts';
import { expectComparison, expectNothingLost } from './harness/recovery.ts';
import { countReplyLengths, saidWhileReading } from './harness/streaming.ts';
import { takeSlow } from './harness/slow.ts';
import { visit, type Visit } from './harness/visit.ts';

/** With little memory, llama.cpp runs the model on the processor. */
const DEVICES = [
  { webgpu: true, place: 'WebGPU', memory: 8, title: 'WebGPU' },
  { webgpu: false, place: 'Wasm', memory: 8, title: 'Wasm' },
  { webgpu: false, place: 'Wasm', memory: 4, title: 'Wasm with little memory' },
];

// One long visit per device, step by step, because loading the model is slow.
describe.each(DEVICES)('the embedded model on $title', ({ webgpu, place, memory }) => {
  if (webgpu && !takeSlow) {
    it.skip('is used step by step (SOLACE_SLOW=1 runs this journey of three minutes)');
    return;
  }

  let browser: Browser;
  let lab: ServedLab;
  let guest: Visit;
  let person: Person;
  let firstReply: string;

  beforeAll(async () => {
    browser = await launch({ webgpu });
    lab = await serveLab();
    guest = await visit(browser, lab.url, { serviceWorker: true, cores: 'all', memory });
    person = new Person(guest.page);
  });
  afterAll(async () => {
    await browser.close();
    // One of the tests has closed it already.
    await lab.close().catch(() => undefined);
  });

  it('loads and says where it runs', async () => {
    await person.acknowledge();
    // The graphics card here is software on two cores, which needs ten seconds per token after the first.
    await person.keepItShort(webgpu ? 2 : 12);
    if (webgpu) await person.runOn('webgpu');
    expect(await person.loadModel()).toContain(place);
    expect(await person.deviceCheck()).toBe(`Checked on this ${webgpu ? 'GPU' : 'processor'}.`);
  });

  it('streams a reply', async () => {
    const lengths = countReplyLengths(guest.page);
    const reading = saidWhileReading(guest.page);
    firstReply = await person.ask('I feel so lonely.');
    expect(firstReply).toMatch(/\w/);
    // Waiting for the first word says what is being done.
    expect((await reading).at(-1)).toMatch(/^Reading \d+ tokens…$/);
    // A reply that arrived at once would show only one length.
    expect(await lengths).toBeGreaterThan(1);
  });

  it('replies under another compression and shows its context', async () => {
    await person.represent('keypos');
    expect(await person.ask('There is nobody to call.')).toMatch(/\w/);
    await person.dropped.first().waitFor();
  });

  // Like the next test, with a tiny model by default (sub-path.browser.test.ts).
  it.runIf(takeSlow)('compares the three compressions', () => expectComparison(person, 'I can not sleep.'));

  it.runIf(takeSlow && !webgpu)(
    'reports a killed worker, replies again, and keeps at a reload what had arrived of a reply',
    () => expectNothingLost(person),
  );

  it('restores the conversation after a reload, and says that the model is on this device', async () => {
    await guest.page.goto(lab.url);
    await guest.page.getByRole('button', { name: 'Load Solace 135M (on this device)' }).waitFor();
    expect(await guest.page.getByText('fetched once').count()).toBe(0);
    // In every language, a phone has room for these words.
    await guest.page.setViewportSize({ width: 320, height: 640 });
    await expectHeaderApart(guest.page, /on this device|auf dem Gerät|guardado aquí/);
    await guest.page.setViewportSize({ width: 1280, height: 800 });
    await person.conversations().first().click();
    await person.messages.first().waitFor();
    expect(await person.messages.first().innerText()).toContain('I feel so lonely.');
    expect(await person.replies.first().innerText()).toContain(firstReply);
  });

  it('exports and imports the conversation', async () => {
    const download = guest.page.waitForEvent('download');
    await guest.page.getByRole('button', { name: 'Export', exact: true }).click();
    const path = await (await download).path();
    expect(await readFile(path, 'utf8')).toContain('I feel so lonely.');
    await guest.page.getByRole('button', { name: 'Delete all' }).click();
    await guest.page.getByRole('dialog').getByRole('button', { name: 'Delete all' }).click();
    await expect.poll(() => person.conversations().count()).toBe(0);
    const chooser = guest.page.waitForEvent('filechooser');
    await guest.page.getByRole('button', { name: 'Import' }).click();
    await (await chooser).setFiles(path);
    await person.conversations().first().click();
    expect(await person.replies.first().innerText()).toContain(firstReply);
  });

  it.skipIf(webgpu)('silently fetches model files again that the browser has deleted or damaged', async () => {
    const { hurt, converted } = await guest.page.evaluate(async (model) => {
      const models = await (await navigator.storage.getDirectory()).getDirectoryHandle('models');
      /** Overwrites a part of the first large segment in a folder of segments, and returns its name. */
      const damage = async (folder: FileSystemDirectoryHandle): Promise<string | undefined> => {
        for await (const segment of folder.values()) {
          if (segment.kind !== 'file' || (await segment.getFile()).size < 1_000_000) continue;
          const writable = await segment.createWritable({ keepExistingData: true });
          await writable.write({ type: 'write', position: 1000, data: new Uint8Array(8) });
          await writable.close();
          return `${folder.name}/${segment.name}`;
        }
        return undefined;
      };
      // What was converted for llama.cpp is damaged too; else nothing would be read of the weights.
      const converted: string[] = [];
      for await (const each of models.values()) {
        if (each.kind !== 'directory') continue;
        const made = await each.getDirectoryHandle('converted').catch(() => undefined);
        const name = made && (await damage(await made.getDirectoryHandle('model.gguf')));
        if (name !== undefined) converted.push(name);
      }
      const folder = await models.getDirectoryHandle(model);
      for (const name of ['config.json', 'tokenizer.json']) await folder.removeEntry(name, { recursive: true });
      const weights: string[] = [];
      for await (const name of folder.keys()) if (name.endsWith('onnx')) weights.push(name);
      const data = await folder.getDirectoryHandle(weights[0] ?? '');
      for await (const entry of data.values()) {
        const name = entry.kind === 'directory' && (await damage(entry));
        if (name) return { hurt: name, converted };
      }
      return { hurt: '', converted };
    }, EMBEDDED_MODEL_ID);
    // Widened weights are made from the stored ones at every load.
    expect(converted).toHaveLength(memory < 8 ? 1 : 0);
    expect(hurt).not.toBe('');
    const fetched: string[] = [];
    guest.page.on('request', (request) => fetched.push(new URL(request.url()).pathname));
    await guest.page.goto(lab.url);
    expect(await person.loadModel()).toContain(place);
    const again = ['config.json', 'tokenizer.json', decodeURIComponent(hurt.split('/')[0] ?? '')];
    for (const name of again) expect(fetched.some((path) => path.endsWith(name))).toBe(true);
    expect(fetched.filter((path) => /onnx_data/.test(path))).toHaveLength(hurt.includes('_data') ? 1 : 0);
    expect(await person.problem.count()).toBe(0);
  });

  it('contacted no other host', () => {
    expect([...guest.origins]).toEqual([new URL(lab.url).origin]);
    expect(guest.errors).toEqual([]);
  });

  // Once is enough: what is stored for offline use does not depend on the device.
  it.skipIf(webgpu)('does all of this without server and network', async () => {
    await keptOffline(guest.page, 'engines');
    await lab.close();
    await guest.context.setOffline(true);
    await guest.page.close();
    const later = await visit(browser, lab.url, { context: guest.context });
    person = new Person(later.page);
    expect(await person.loadModel()).toContain(place);
    await person.represent('nostopwords');
    expect(await person.ask('Are you still there without the network?')).toMatch(/\w/);
    await later.page.reload();
    await person.messages.first().waitFor();
    expect(await person.conversations().count()).toBe(2);
    expect(later.errors).toEqual([]);
  });
});
