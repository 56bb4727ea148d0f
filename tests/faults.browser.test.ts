import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch } from './harness/browser.ts';
import { serveLab, type ServedLab } from './harness/lab.ts';
import { Person } from './harness/person.ts';
import { takeSlow } from './harness/slow.ts';
import { visit } from './harness/visit.ts';

const QUESTION = 'Tell me a long story about a lighthouse.';

describe('in the middle of a reply', () => {
  let lab: ServedLab;
  beforeAll(async () => {
    lab = await serveLab();
  });
  afterAll(() => lab.close());

  /** Loads the model, asks, and returns once the first words are there. */
  async function begin(browser: Browser): Promise<Person> {
    const { page } = await visit(browser, lab.url);
    const person = new Person(page);
    await person.acknowledge();
    await person.keepItShort();
    await person.set({ 'Longest reply': 128 });
    await person.loadModel();
    await person.say(QUESTION);
    await expect.poll(() => person.replies.last().getByRole('paragraph').first().innerText(), { timeout: 240_000 }).toMatch(/\w/);
    return person;
  }

  /** The conversation is there, the fault is told, and trying again brings a reply. */
  async function expectRecovery(person: Person): Promise<void> {
    await person.problem.first().waitFor({ timeout: 60_000 });
    expect(await person.messages.first().innerText()).toContain(QUESTION);
    await person.set({ 'Longest reply': 4 });
    await person.problem.first().getByRole('button', { name: 'Try again' }).click();
    expect(await person.reply()).toMatch(/\w/);
    expect(await person.problem.count()).toBe(0);
  }

  // One browser for both: each would spend most of its time on loading the model again.
  it('a killed worker is told, the reply can be had again, and a reload keeps what had arrived of the next one', async () => {
    const browser = await launch({ webgpu: false });
    const person = await begin(browser);
    for (const worker of person.page.workers()) {
      if (/engine/.test(worker.url())) await worker.evaluate(() => void self.close()).catch(() => undefined);
    }
    await expectRecovery(person);

    await person.set({ 'Longest reply': 128 });
    await person.say('And then?');
    const second = person.replies.nth(1);
    const unfinished = (): Promise<string> => second.getByRole('paragraph').first().innerText();
    await expect.poll(unfinished, { timeout: 240_000 }).toMatch(/\w/);
    const words = (await unfinished()).trim();
    await person.page.waitForTimeout(2000);
    await person.page.reload();
    await second.waitFor();
    expect((await unfinished()).startsWith(words.slice(0, 10))).toBe(true);
    await browser.close();
  });

  it.runIf(takeSlow)('a lost graphics device is told, and the reply can be had again', async () => {
    const browser = await launch({ webgpu: true });
    const person = await begin(browser);
    const session = await browser.newBrowserCDPSession();
    await session.send('Browser.crashGpuProcess').catch(() => undefined);
    await expectRecovery(person);
    await browser.close();
  });
});
