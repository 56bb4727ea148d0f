import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportConversations } from '../src/core/conversation/exchange.ts';
import { append, createConversation, rename } from '../src/core/conversation/tree.ts';
import { seriousViolations } from './harness/axe.ts';
import { launch } from './harness/browser.ts';
import { isInSight } from './harness/in-sight.ts';
import { serveStatically, type ServedLab } from './harness/lab.ts';
import { overhangs } from './harness/overhang.ts';
import { Person } from './harness/person.ts';
import { writeTinyLab, type TinyLab } from './harness/tiny-lab.ts';
import { visit, type Visit } from './harness/visit.ts';

const TURNS = 120;
const WINDOW = 2048;
/** Longer than the model can read: each of its tokens is a character. */
const TEXTS = Array.from({ length: 2 * TURNS }, (_, i) =>
  i % 2 === 0 ? `On day ${i} I was at the market again.` : `You were at the market on day ${i - 1}.`,
);

/** A file of one conversation, as Export writes it. */
function exported(): { name: string; mimeType: string; buffer: Buffer } {
  const said = TEXTS.reduce(
    (grown, text, i) => append(grown, { speaker: i % 2 === 0 ? 'seeker' : 'supporter', text }).conversation,
    createConversation(),
  );
  const text = exportConversations([rename(said, 'A long talk')]);
  return { name: 'long.json', mimeType: 'application/json', buffer: Buffer.from(text) };
}

// One visit, step by step; tests/long-conversation.test.ts counts what each method costs.
describe('a conversation of 120 turns in a window of 2,048 tokens', () => {
  let browser: Browser;
  let tiny: TinyLab;
  let host: ServedLab;
  let guest: Visit;
  let person: Person;

  beforeAll(async () => {
    browser = await launch({ webgpu: false });
    tiny = await writeTinyLab();
    host = await serveStatically({ folder: tiny.folder, subfolder: '/' });
    guest = await visit(browser, host.url);
    person = new Person(guest.page);
    await person.acknowledge();
    await person.loadModel();
    await person.keepItShort(12);
  });
  afterAll(async () => {
    await browser.close();
    await host.close();
    await tiny.remove();
  });

  const panel = (): Locator => guest.page.getByRole('tabpanel');
  /** Numbers in the mark above the first message that is read in full. */
  const marked = async (): Promise<string> => (await guest.page.getByTestId('edge').innerText()).trim();
  /** Messages of the log with a mark of their own. */
  const fates = (words: string): Locator => guest.page.getByTestId('fate').filter({ hasText: words });

  it('marks in the log where the oldest turns left, and each of them in what the model sees', async () => {
    const { page } = guest;
    await page.getByTestId('overflow').selectOption('drop');
    await page.getByRole('slider', { name: 'Context window' }).fill(String(WINDOW));
    await page.locator('input[type="file"]').first().setInputFiles(exported());
    await person.conversations().filter({ hasText: 'A long talk' }).click();
    await person.messages.nth(TURNS - 1).waitFor();
    expect(await person.ask('Are you still with me?')).toMatch(/[a-z]/);

    const left = Number(/^Above, (\d+) messages are no longer read$/.exec(await marked())?.[1]);
    expect(left).toBeGreaterThan(TURNS);
    expect(await fates('no longer read').count()).toBe(left);
    const rows = panel().getByRole('listitem');
    expect(await rows.filter({ hasText: 'outside the window' }).count()).toBe(left);
    // Every turn is shown, the newest two and the edge included.
    expect(await rows.count()).toBeGreaterThanOrEqual(TEXTS.length + 3);
    expect(await person.messages.last().getByTestId('fate').count()).toBe(0);
  });

  it('says which turns are only shortened, if that is chosen', async () => {
    await guest.page.getByTestId('overflow').selectOption('shorten');
    await expect.poll(marked).toMatch(/\d+ are shortened/);
    const shortened = Number(/(\d+) are shortened/.exec(await marked())?.[1]);
    expect(await fates('shortened').count()).toBe(shortened);
    const rows = panel().getByRole('listitem').filter({ hasText: 'Shortened to make room.' });
    expect(await rows.count()).toBe(shortened);
    expect(await rows.last().locator('del').count()).toBeGreaterThan(0);
  });

  it('continues a reply that was cut, in the same message', async () => {
    const count = await person.replies.count();
    const reply = person.replies.last();
    const before = await reply.getByRole('paragraph').first().innerText();
    await reply.getByTestId('resume').click();
    const after = await person.reply();
    expect(after.startsWith(before)).toBe(true);
    expect(after.length).toBeGreaterThan(before.length);
    expect(await person.replies.count()).toBe(count);
    await reply.getByText('in 2 pieces').waitFor();
    // This model never ends a turn, so that there is always more.
    expect(await reply.getByTestId('resume').isEnabled()).toBe(true);
  });

  it('can be looked into: a word, what else was likely, and what a temperature changes', async () => {
    const reply = person.replies.last();
    await reply.getByRole('button', { name: 'Look inside' }).click();
    const word = reply.getByRole('toolbar', { name: 'Words of the reply' }).getByRole('button').nth(2);
    await word.click();
    expect(await word.getAttribute('aria-pressed')).toBe('true');
    expect(await reply.getByRole('status').first().innerText()).toMatch(/had a probability of [\d.]+\s?%/);
    const rows = reply.getByRole('table').getByRole('row');
    // The head, the word, and the next best five.
    expect(await rows.count()).toBe(1 + 6);
    const shares = async (): Promise<number[]> => {
      const texts = await rows.locator('td:last-child').allInnerTexts();
      return texts.map((text) => Number.parseFloat(text));
    };
    const slider = reply.getByRole('slider', { name: /^Temperature/ });
    await slider.fill('2');
    const flat = await shares();
    await slider.fill('0.2');
    const sharp = await shares();
    expect(Math.max(...sharp)).toBeGreaterThan(Math.max(...flat));
    const { page } = guest;
    await page.setViewportSize({ width: 320, height: 640 });
    expect(await overhangs(page)).toEqual([]);
    expect(await seriousViolations(page, 'article:has([role="toolbar"])')).toEqual([]);
    // Opened on a phone, it is in sight and has the focus; closed, the focus is back where it was.
    const inside = reply.getByRole('region', { name: 'Inside this reply' });
    const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');
    await inside.getByRole('button', { name: 'Close' }).click();
    expect([await inside.count(), await focused()]).toEqual([0, 'Look inside']);
    await page.keyboard.press('Enter');
    await expect.poll(focused).toBe('Inside this reply');
    expect(await inside.getByRole('heading').first().evaluate(isInSight)).toBe(true);
    // It stays in sight when the words have arrived.
    await inside.getByRole('toolbar').waitFor();
    await page.evaluate(() => new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next))));
    expect(await inside.getByRole('heading').first().evaluate(isInSight)).toBe(true);
    await page.keyboard.press('Escape');
    expect([await inside.count(), await focused()]).toEqual([0, 'Look inside']);
    // What the model sees is a sheet here, which begins at the newest message.
    await page.getByRole('button', { name: 'Context' }).click();
    const newest = panel().getByRole('region', { name: 'Context' }).getByRole('listitem').last();
    await expect.poll(() => newest.evaluate((row) => row.getBoundingClientRect().bottom <= innerHeight + 1)).toBe(true);
    // Each tab keeps its own place.
    await page.getByTestId('tab-settings').click();
    await expect.poll(() => panel().evaluate((box) => box.scrollTop)).toBe(0);
    await page.getByTestId('tab-context').click();
    await expect.poll(() => panel().evaluate((box) => box.scrollTop)).toBeGreaterThan(1000);
    expect(await overhangs(page)).toEqual([]);
    expect(await seriousViolations(page, 'dialog section:not([aria-label="Context"])')).toEqual([]);
    expect(guest.errors).toEqual([]);
  });
});
