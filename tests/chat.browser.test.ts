import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { HELP_LINES } from '../src/core/safety/help/lines.ts';
import { seriousViolations } from './harness/axe.ts';
import { useEndpointVisit } from './harness/endpoint-lab.ts';
import { liveIn } from './harness/live-in.ts';
import { overhangs } from './harness/overhang.ts';
import { storedText } from './harness/stored-text.ts';

const DANGER = 'I want to kill myself';
const LONG = 'A sentence that fills a line or two of the log, so that a few of them overflow it. '.repeat(4);
const bannerOf = (page: Page) => page.getByRole('region', { name: 'Where to find people who can help' });

/** Corrupts every stored reply so that no version of the lab could have written it. Runs in the page. */
async function spoilReplies(): Promise<void> {
  const asked = <T>(request: IDBRequest<T>) =>
    new Promise<T>((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error ?? new Error('It could not be read.'));
    });
  const database = await asked(indexedDB.open('solace-lab'));
  const transaction = database.transaction('messages', 'readwrite');
  // A page that is left before the transaction is complete takes its changes back.
  const complete = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = reject;
  });
  const messages = transaction.objectStore('messages');
  for (const message of await asked<{ reply?: { representation: string } }[]>(messages.getAll())) {
    if (message.reply)
      await asked(messages.put({ ...message, reply: { ...message.reply, representation: 'no such one' } }));
  }
  await complete;
  database.close();
}

/** Pixels of the log below the visible part. */
const gap = (page: Page): Promise<number> =>
  page.locator('.log').evaluate((log) => Math.round(log.scrollHeight - log.scrollTop - log.clientHeight));

describe('help in the chat', () => {
  const at = useEndpointVisit({ view: 'chat' });

  it('is one press away, in every country of the table, also by keyboard', async () => {
    const { guest, person } = at;
    const { page } = guest;
    const dialog = page.getByRole('dialog', { name: 'Need a person now?' });
    const countries = [...new Set(HELP_LINES.flatMap((line) => line.countries)), 'JP'];
    for (const country of countries) {
      await liveIn(page, [`en-${country}`], 'UTC');
      await page.getByRole('button', { name: 'Need a person now?' }).press('Enter');
      await dialog.getByRole('link', { name: 'findahelpline.com' }).waitFor();
      const own = HELP_LINES.filter((line) => line.countries.includes(country)).map(({ contact }) => contact);
      expect([...(await dialog.getByRole('list').first().getByRole('link').allInnerTexts())].sort()).toEqual(
        [...own, 'findahelpline.com'].sort(),
      );
      // Nothing mentions numbers that are not shown.
      expect(await dialog.getByText('If one does not answer, try the next one').isVisible()).toBe(own.length > 0);
      expect(await dialog.getByText('We have no numbers for where you are.').isVisible()).toBe(own.length === 0);
      // The table of other countries stays closed, even if the person's country has no line.
      expect(await dialog.locator('details[open]').count()).toBe(0);
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'hidden' });
    }
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Need a person now?');
    await liveIn(page, ['it-IT', 'it', 'en-US', 'en'], 'Europe/Rome');
    await person.ask(DANGER);
    expect(await bannerOf(page).getByRole('link').allInnerTexts()).toEqual(['112', 'findahelpline.com']);
    // That nobody has compared the numbers yet is said only above the table of all lines.
    expect(await bannerOf(page).innerText()).toMatch(/^(?!.*compared).*If one does not answer, try the next one/s);
    await bannerOf(page).locator('summary').press('Enter');
    await bannerOf(page).getByText('Lines without a date were entered in November 2026').waitFor();
    await bannerOf(page).getByRole('link', { name: 'samaritans.org' }).waitFor();
    expect(guest.errors).toEqual([]);
  });

  it('comes before the model at danger: written help first, the model if asked, the turn uncompressed', async () => {
    const { guest, person, endpoint } = at;
    const { page } = guest;
    await liveIn(page, ['en-GB', 'en'], 'Europe/London');
    await person.represent('keypos');
    await person.shortenNewest();
    let answer = (): void => undefined;
    endpoint.pause = new Promise((resolve) => (answer = resolve));
    await person.say(DANGER);
    const first = person.replies.first();
    await first.getByText('Are you thinking of killing yourself?').waitFor();
    expect(await first.innerText()).toContain('999');
    expect(await first.innerText()).toContain('Samaritans, 116 123');
    answer();
    await person.reply();
    endpoint.pause = 0;
    const own = person.replies.last();
    expect(await own.innerText()).not.toContain('You said');
    await own.getByRole('button', { name: 'Show what the model wrote' }).press('Enter');
    expect(await own.innerText()).toContain('You said: myself kill to want I');
    expect(await own.getByTestId('own-warning').innerText()).toContain('cannot judge danger');
    await expect.poll(() => page.getByTestId('after-danger').count()).toBe(0);
    await own.getByTestId('retry').click();
    await expect.poll(() => endpoint.seen.length).toBe(2);
    await person.reply();
    await person.ask('I am not at home and it is raining');
    const sent = endpoint.seen.at(-1)?.body.messages.filter(({ role }) => role !== 'system') ?? [];
    expect(sent[0]?.content).toBe(DANGER);
    expect(sent[1]?.content).toBe(await first.getByRole('paragraph').nth(1).innerText());
    // The answer to the first reply stays whole too; later messages do not.
    expect(sent[2]?.content).toBe('I am not at home and it is raining');
    // Later messages look harmless: the way to a person stays beside the field.
    await page.getByTestId('after-danger').getByRole('button', { name: 'Need a person now?' }).waitFor();
    expect(await page.getByRole('button', { name: 'Need a person now?' }).count()).toBe(1);
    await person.ask('It is late and I am tired');
    expect(endpoint.seen.pop()?.body.messages.at(-1)?.content).not.toContain('is');
    expect(endpoint.seen.map(({ body }) => body.messages.find(({ role }) => role === 'user')?.content)).toEqual([
      DANGER,
      DANGER,
      DANGER,
    ]);
    await page
      .getByRole('listitem')
      .filter({ hasText: 'This turn may be about danger; it is sent as written.' })
      .first()
      .waitFor();
    expect(await seriousViolations(page)).toEqual([]);
    // Stopped before the model wrote anything, the reply can be retried.
    endpoint.pause = new Promise(() => undefined);
    await person.say(DANGER);
    await page.getByTestId('stop-reply').click();
    await own.getByText('The model wrote nothing.').waitFor();
    endpoint.pause = 0;
    await own.getByTestId('retry').click();
    await own.getByText('The model has written a reply of its own.').waitFor();
  });

  it('lets the person keep writing while a model loads', async () => {
    const { guest, person } = at;
    const { page } = guest;
    // The built-in model, which never arrives.
    await guest.context.route(/engine\.worker/, () => undefined);
    await page.reload();
    await person.say(DANGER);
    await person.messageField.fill('no');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('You can keep writing.', { exact: false }).waitFor();
    await expect
      .poll(() => person.messages.allInnerTexts())
      .toEqual([expect.stringContaining(DANGER), expect.stringContaining('no')]);
    expect(await person.messageField.inputValue()).toBe('');
    // Other people who see the screen cannot read it in the list.
    expect(await person.conversations().first().innerText()).toMatch(/^Conversation of /u);
    await page.getByTestId('stop-reply').click();
    await person.messages.last().getByRole('button', { name: 'Answer' }).waitFor();
    expect(guest.errors).toEqual([]);
  });

  it('keeps a message readable whatever fails around it', async () => {
    const { guest, person } = at;
    const { page } = guest;
    await page.evaluate(() => Object.defineProperty(navigator, 'languages', { configurable: true, get: () => null }));
    await person.ask(DANGER);
    await bannerOf(page).getByRole('link', { name: 'findahelpline.com' }).first().waitFor();
    // A message before the model's own reply would be answered together with this one, and that reply folded, too.
    await page.getByRole('button', { name: 'Show what the model wrote' }).waitFor();
    await person.ask('Are you there?');
    await expect.poll(() => storedText(page)).toContain('You said: there? you Are');
    // The lab must not be open meanwhile: what it still has to save would replace what is spoilt.
    const chat = page.url();
    await page.goto(new URL('measured.json', chat).href);
    await page.evaluate(spoilReplies);
    await page.goto(chat);
    const broken = page.getByRole('alert').filter({ hasText: 'Part of this message could not be shown.' });
    await broken.first().waitFor();
    expect(await person.messages.allInnerTexts()).toEqual([
      expect.stringContaining(DANGER),
      expect.stringContaining('Are you there?'),
    ]);
    expect(await person.replies.last().innerText()).toContain('You said: there? you Are');
    expect(await person.ask('Still here')).toContain('here Still');
  });
});

describe('the log', () => {
  const at = useEndpointVisit({ view: 'chat' });

  it('follows the conversation until the reader scrolls up, and again once they write', async () => {
    const { guest, person } = at;
    const { page } = guest;
    for (let turn = 0; turn < 4; turn++) {
      await person.ask(`${turn} ${LONG}`);
      expect(await gap(page)).toBeLessThanOrEqual(1);
    }
    await page.locator('.log').hover();
    await page.mouse.wheel(0, -500);
    await page.getByRole('button', { name: 'Jump to the latest' }).waitFor();
    expect(await gap(page)).toBeGreaterThan(300);
    await person.ask(`Again ${LONG}`);
    expect(await gap(page)).toBeLessThanOrEqual(1);
    await person.replies.last().getByTestId('retry').click();
    await person.reply();
    expect(await gap(page)).toBeLessThanOrEqual(1);
    // Opening a table to read it does not scroll to its end.
    await person.ask("I can't take it anymore");
    const summary = bannerOf(page).locator('summary');
    await summary.click();
    // After two frames, anything that would scroll has scrolled.
    await page.evaluate(() => new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next))));
    expect(await summary.evaluate((element) => element.getBoundingClientRect().top > 0)).toBe(true);
  });

  it.each([
    [640, 400],
    [320, 256],
  ])('stays readable at a zoom that leaves %i by %i pixels', async (width, height) => {
    const { guest, person } = at;
    const { page } = guest;
    await page.setViewportSize({ width, height });
    for (let turn = 0; turn < 3; turn++) await person.ask(`${turn} ${LONG}`);
    const log = await page
      .locator('.log')
      .evaluate((element) => ({ seen: element.clientHeight, held: element.scrollHeight }));
    expect(log.seen).toBe(log.held);
    expect(await overhangs(page)).toEqual([]);
    // The newest text and the field are on the screen; everything else can be reached by scrolling the page.
    expect(await person.messageField.evaluate((field) => field.getBoundingClientRect().bottom <= innerHeight)).toBe(
      true,
    );
    expect(await person.replies.last().evaluate((reply) => reply.getBoundingClientRect().bottom > 0)).toBe(true);
    await page.getByRole('button', { name: 'Need a person now?' }).click();
    const dialog = page.getByRole('dialog', { name: 'Need a person now?' });
    const link = dialog.getByRole('link', { name: 'findahelpline.com' }).first();
    await link.scrollIntoViewIfNeeded();
    expect(await link.evaluate((element) => element.getBoundingClientRect().bottom <= innerHeight)).toBe(true);
    await page.keyboard.press('Escape');
    await page.evaluate(() => scrollTo(0, 0));
    expect(await page.getByRole('banner').evaluate((header) => header.getBoundingClientRect().top)).toBe(0);
  });
});

describe('the page around the log', () => {
  const at = useEndpointVisit({ view: 'chat', sentences: true });

  it('says where messages go, and counts what fits', async () => {
    const { guest, person, endpoint } = at;
    const { page } = guest;
    const note = page.getByRole('complementary', { name: 'Before you write' });
    await note.getByText(`What you write is sent to ${new URL(endpoint.url).host}`).waitFor();
    expect(await note.innerText()).not.toContain('stays on this machine');
    for (let turn = 0; turn < 3; turn++) await person.ask(`${turn} ${LONG}`);
    await page.getByRole('slider', { name: 'Context window' }).fill('512');
    const row = page.getByRole('region', { name: 'How much fits' }).getByRole('listitem').filter({ hasText: 'Raw' });
    await row.getByText(/^[1-5] of 6 fit · about \d+ of 512 tokens$/).waitFor();
    await row.getByText(/^All 6: about \d+ tokens\.$/).waitFor();
  });

  it('sends other languages as written, and lays out right-to-left text from the right everywhere', async () => {
    const { guest, person, endpoint } = at;
    const { page } = guest;
    const hebrew = 'אני לא ישן כבר שבוע, מה לעשות?';
    await person.messageField.fill(hebrew);
    expect(await person.messageField.evaluate((field) => getComputedStyle(field).direction)).toBe('rtl');
    await person.represent('keypos');
    await person.ask(hebrew);
    // KeyPOS would leave nothing of it.
    expect(endpoint.seen.at(-1)?.body.messages.at(-1)?.content).toBe(hebrew);
    await person.messages.last().getByText('KeyPOS knows only English; this message is sent as written.').waitFor();
    /** Every element whose own text has Hebrew letters but is aligned to the left. */
    const wrong = () =>
      page.evaluate(() =>
        [...document.querySelectorAll('body *')]
          .filter((element) =>
            [...element.childNodes].some(
              (node) => node.nodeType === Node.TEXT_NODE && /^\s*[\u05d0-\u05ea]/.test(node.textContent ?? ''),
            ),
          )
          .filter((element) => !element.closest('option') && getComputedStyle(element).direction !== 'rtl')
          .map((element) => `${element.tagName} ${element.className}: ${element.textContent?.slice(0, 30)}`),
      );
    expect(await wrong()).toEqual([]);
    await person.messages.last().getByRole('button', { name: 'Edit' }).click();
    expect(
      await page
        .getByRole('textbox', { name: 'Edit your message' })
        .evaluate((field) => getComputedStyle(field).direction),
    ).toBe('rtl');
    await person.goTo('compare');
    await page.getByLabel('Message', { exact: true }).fill(hebrew);
    await page.getByTestId('compare').click();
    await page.getByText('What the model saw').nth(2).waitFor();
    for (const summary of await page.getByText('What the model saw').all()) await summary.click();
    expect(await wrong()).toEqual([]);
    expect(guest.errors).toEqual([]);
  });
});
