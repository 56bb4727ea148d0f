import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { Conversation } from '../src/core/conversation/conversation.ts';
import { exportConversations } from '../src/core/conversation/exchange.ts';
import { append, createConversation, rename } from '../src/core/conversation/tree.ts';
import { useEndpointVisit } from './harness/endpoint-lab.ts';
import { isInSight } from './harness/in-sight.ts';

describe('after months of use', () => {
  const at = useEndpointVisit({ view: 'chat' });
  const MANY = 2000;
  const LONG = 300;

  it('shows thousands of conversations and hundreds of messages a step at a time', async () => {
    const { guest, person } = at;
    const { page } = guest;
    const rows = person.conversations();
    await page.locator('input[type="file"]').first().setInputFiles(fileOfMany(MANY, LONG));
    await rows.nth(20).waitFor();
    const nodes = (): Promise<number> => page.evaluate(() => document.querySelectorAll('*').length);
    const listed = page.getByTestId('conversations').getByRole('listitem');
    await expect.poll(() => listed.first().getAttribute('aria-setsize')).toBe(String(MANY));
    expect(await rows.count()).toBeLessThan(200);
    expect(await nodes()).toBeLessThan(4000);
    // More rows arrive before a reader has scrolled to the last of them.
    const before = await rows.count();
    await rows.nth(before - 1).scrollIntoViewIfNeeded();
    await expect.poll(() => rows.count()).toBeGreaterThan(before);

    const search = page.getByTestId('conversations').locator('..').getByRole('searchbox');
    await search.fill('day 1234');
    await expect.poll(() => rows.count()).toBe(1);
    await search.fill('');
    await expect.poll(() => rows.count()).toBeGreaterThan(20);
    // End and Home lead to the last and the first row, with few of those between in the page.
    const focused = (): Promise<string | null | undefined> =>
      page.evaluate(() => document.activeElement?.closest('li')?.getAttribute('aria-posinset'));
    await rows.first().focus();
    for (const [key, place] of [
      ['End', MANY],
      ['ArrowUp', MANY - 1],
      ['Home', 1],
      ['End', MANY],
    ] as const) {
      await page.keyboard.press(key);
      await expect.poll(focused).toBe(String(place));
      expect(await rows.count()).toBeLessThan(200);
    }
    expect(await rows.last().evaluate(isInSight)).toBe(true);
    // More rows arrive above as well, and the row that is read stays where it is.
    const some = await rows.count();
    const first = rows.first().locator('..');
    const place = Number(await first.getAttribute('aria-posinset'));
    await first.evaluate((row) => {
      const list = row.parentElement;
      if (list) list.scrollTop += row.getBoundingClientRect().top - list.getBoundingClientRect().top;
    });
    await expect.poll(() => rows.count()).toBeGreaterThan(some);
    const read = page.getByTestId('conversations').locator(`li[aria-posinset="${place}"]`);
    await expect
      .poll(() =>
        read.evaluate((row) =>
          Math.abs(row.getBoundingClientRect().top - (row.parentElement?.getBoundingClientRect().top ?? 0)),
        ),
      )
      .toBeLessThan(2);
    expect(await rows.count()).toBeLessThan(300);

    // A long conversation opens from its end, and only what changes is rendered again.
    await search.fill('A long talk');
    await expect.poll(() => rows.count()).toBe(1);
    await rows.first().click();
    await person.messages.nth(LONG / 2 - 1).waitFor();
    expect(await person.messages.first().innerText()).toContain('On day 0');
    const marked = guest.page.locator('[data-marked]');
    // Elements that are made again lose the mark.
    await person.messages.evaluateAll((all) => all.forEach((each) => each.setAttribute('data-marked', '')));
    await person.ask('And now?');
    expect(await marked.count()).toBe(LONG / 2);
    expect(await person.messages.count()).toBe(LONG / 2 + 1);
    expect(guest.errors).toEqual([]);
  });

  it('says how far an import is, and keeps what was imported when it is cancelled', async () => {
    const { guest, person } = at;
    const { page } = guest;
    await person.ask('Keep this one');
    await holdImport(page);
    await page.locator('input[type="file"]').first().setInputFiles(fileOfMany(MANY, 2));
    const bar = page.getByRole('progressbar', { name: 'Importing many.json' });
    await page.getByText(/^100 of 2,000$/).waitFor();
    expect(Number(await bar.getAttribute('value'))).toBeCloseTo(0.05);
    expect(await page.getByTestId('import-status').innerText()).toBe('Importing many.json');
    // A search says that it runs as well, and takes nothing of that away.
    const search = page.getByTestId('conversations').locator('..').getByRole('searchbox');
    await search.fill('day 5');
    await expect.poll(() => page.getByTestId('conversations').getAttribute('aria-busy')).toBe('true');
    expect(await bar.count()).toBe(1);

    await page.getByRole('button', { name: 'Cancel' }).press('Enter');
    await letGo(page);
    const said = page.getByRole('status').filter({ hasText: 'Import stopped' });
    await said.waitFor();
    const [kept = ''] = /(?<=: )\d+(?= conversations imported)/.exec(await said.innerText()) ?? [];
    expect(Number(kept)).toBeGreaterThanOrEqual(100);
    expect(Number(kept)).toBeLessThan(MANY);
    // Neither the line nor its announcement stays, and the focus is where another import begins.
    expect([await bar.count(), await page.getByTestId('import-status').innerText()]).toEqual([0, '']);
    expect(await page.evaluate(() => document.activeElement?.textContent?.trim())).toBe('Import');
    await search.fill('');
    const list = page.getByTestId('conversations').getByRole('listitem');
    await expect.poll(() => list.first().getAttribute('aria-setsize')).toBe(String(Number(kept) + 1));
    expect(await person.conversations().count()).toBeLessThan(200);
    expect(guest.errors).toEqual([]);
  });

  it('moves the focus to the neighbour of a row that is deleted: the first, one between others, the last', async () => {
    const { guest, person } = at;
    const { page } = guest;
    await page.locator('input[type="file"]').first().setInputFiles(fileOfMany(5, 2));
    const rows = person.conversations();
    await expect.poll(() => rows.count()).toBe(5);
    const titleOf = (text: string): string => text.trim().split('\n')[0] ?? '';
    const titles = async (): Promise<string[]> => (await rows.allInnerTexts()).map(titleOf);
    const focused = async (): Promise<string> => titleOf(await page.locator(':focus').innerText());
    for (const place of [0, 2, 2, 1, 0]) {
      const before = await titles();
      const neighbour = before[place + 1] ?? before[place - 1] ?? 'New conversation';
      await rows.nth(place).focus();
      // Past the button that renames.
      for (const key of ['Tab', 'Tab', 'Enter']) await page.keyboard.press(key);
      await expect.poll(() => rows.count()).toBe(before.length - 1);
      expect(await titles()).toEqual(before.toSpliced(place, 1));
      await expect.poll(focused).toBe(neighbour);
      // Tab leads to that row again, and to no other.
      expect((await rows.and(page.locator('[tabindex="0"]')).allInnerTexts()).map(titleOf)).toEqual(
        before.length > 1 ? [neighbour] : [],
      );
    }
    expect(guest.errors).toEqual([]);
  });

  it('deletes all conversations during an import, and none of it arrives afterwards', async () => {
    const { guest, person } = at;
    const { page } = guest;
    await person.ask('Delete this one');
    await holdImport(page);
    await page.locator('input[type="file"]').first().setInputFiles(fileOfMany(MANY, 2));
    const bar = page.getByRole('progressbar', { name: 'Importing many.json' });
    await page.getByText(/^100 of 2,000$/).waitFor();
    await page.getByRole('button', { name: 'Delete all' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete all' }).click();
    await letGo(page);
    await page
      .getByRole('status')
      .filter({ hasText: 'Import stopped, because all conversations are being deleted.' })
      .waitFor();
    await page.getByText('Nothing here yet. Your first message starts a conversation.').waitFor();
    expect(await bar.count()).toBe(0);
    await page.reload();
    await page.getByText('Nothing here yet. Your first message starts a conversation.').waitFor();
    expect(guest.errors).toEqual([]);
  });
});

/** As soon as an import shows how far it is, it waits for the storage, as if another tab had it. */
async function holdImport(page: Page): Promise<void> {
  await page.evaluate(() => {
    const opening = indexedDB.open('solace-lab');
    opening.onsuccess = () => {
      const hold = (store: IDBObjectStore): void => {
        store.count().onsuccess = () => 'letGo' in window || hold(store);
      };
      new MutationObserver((_, observer) => {
        if (!document.querySelector('progress[value][aria-label^="Importing"]')) return;
        observer.disconnect();
        hold(opening.result.transaction('messages', 'readwrite').objectStore('messages'));
      }).observe(document.body, { subtree: true, childList: true, attributes: true });
    };
  });
}

const letGo = (page: Page): Promise<unknown> => page.evaluate(() => Object.assign(window, { letGo: true }));

/** An export of `many` conversations, of which the last has `long` messages. */
function fileOfMany(many: number, long: number): { name: string; mimeType: string; buffer: Buffer } {
  const talk = (turns: number, first: number): Conversation =>
    Array.from({ length: turns }).reduce<Conversation>(
      (grown, _, i) =>
        append(grown, {
          speaker: i % 2 === 0 ? 'seeker' : 'supporter',
          text: i % 2 === 0 ? `On day ${first + i} I was at the market.` : 'You were at the market again.',
        }).conversation,
      createConversation(),
    );
  const short = Array.from({ length: many - 1 }, (_, day) => rename(talk(2, day), `Market, day ${day}`));
  const text = exportConversations([...short, rename(talk(long, 0), 'A long talk')]);
  return { name: 'many.json', mimeType: 'application/json', buffer: Buffer.from(text) };
}
