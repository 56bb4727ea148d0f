import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch } from './harness/browser.ts';
import { serveLab, type ServedLab } from './harness/lab.ts';
import { serveModelHub, type ModelHub } from './harness/model-hub.ts';
import { Person } from './harness/person.ts';
import { beginLongReply, expectRecovery } from './harness/recovery.ts';
import { exportTalkingModel } from './harness/talking-model.ts';
import { countReplyLengths } from './harness/streaming.ts';
import { visit, type Visit } from './harness/visit.ts';

// The graphics card is software, so the model is tiny. tests/model.browser.test.ts uses the embedded one nightly.
describe('a tiny model on WebGPU', () => {
  let root: string;
  let browser: Browser;
  let lab: ServedLab;
  let hub: ModelHub;
  let guest: Visit;
  let person: Person;
  let firstReply: string;

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'webgpu-'));
    hub = await serveModelHub(await exportTalkingModel(root, 'onnx', 'q4'));
    lab = await serveLab();
    browser = await launch({ webgpu: true });
    guest = await visit(browser, lab.url);
    person = new Person(guest.page);
    await person.acknowledge();
    await person.keepItShort(16);
  });
  afterAll(async () => {
    await browser.close();
    await Promise.all([lab.close(), hub.close()]);
    await rm(root, { recursive: true, force: true });
  });

  it('is added from an address, loads, and says that it runs there', async () => {
    await person.runOn('webgpu');
    expect(await person.loadFromAddress(`${hub.url}/org/tiny`, 'tiny')).toContain('WebGPU');
    expect(await person.deviceCheck()).toBe('Checked on this GPU.');
  });

  it('streams a reply', async () => {
    const lengths = countReplyLengths(guest.page);
    firstReply = await person.ask('I feel so lonely.');
    expect(firstReply).toMatch(/[a-z]/);
    // A reply that arrived at once would show only one length.
    expect(await lengths).toBeGreaterThan(1);
  });

  it('replies under another compression and shows its context', async () => {
    await person.represent('keypos');
    expect(await person.ask('There is nobody to call.')).toMatch(/[a-z]/);
    await person.dropped.first().waitFor();
  });

  it('compares the three compressions', async () => {
    await person.compare('I can not sleep.');
    for (const id of ['raw', 'keypos', 'nostopwords'] as const) {
      const column = await person.comparedDone(id);
      expect(await column.innerText()).toMatch(/\d+ tokens/);
      expect(await column.locator('p').first().innerText()).toMatch(/[a-z]/);
    }
    await person.goTo('chat');
  });

  it('is lost with the graphics process in the middle of a reply, reports it, and replies again', async () => {
    await beginLongReply(person, 'Tell me more.');
    const session = await browser.newBrowserCDPSession();
    await session.send('Browser.crashGpuProcess').catch(() => undefined);
    await expectRecovery(person, 'Tell me more.');
  });

  it('restores the conversation after a reload, and contacts only the hub', async () => {
    await guest.page.reload();
    await person.messages.first().waitFor();
    expect(await person.messages.first().innerText()).toContain('I feel so lonely.');
    expect(await person.replies.first().innerText()).toContain(firstReply);
    for (const origin of guest.origins)
      expect([new URL(lab.url).origin, hub.url]).toContain(origin.replace('localhost', '127.0.0.1'));
  });
});
