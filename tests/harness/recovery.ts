import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Person } from './person.ts';
import { storedText } from './stored-text.ts';

const LONG_QUESTION = 'Tell me a long story about a lighthouse.';

/** Requests a long reply and returns once its first words have arrived. */
export async function beginLongReply(person: Person, question = LONG_QUESTION): Promise<void> {
  const before = await person.replies.count();
  await person.set({ maxNewTokens: 128 });
  await person.say(question);
  const words = (): Promise<string> => person.replies.nth(before).getByRole('paragraph').first().innerText();
  await expect.poll(words, { timeout: 240_000 }).toMatch(/\w/);
}

/**
 * Ends the engine's workers in the middle of the next reply, at its second token, because a reply may be too short to
 * interrupt later.
 */
async function endWorkersInReply(page: Page): Promise<void> {
  for (const worker of page.workers()) {
    if (!worker.url().includes('engine')) continue;
    await worker.evaluate(() => {
      const post = self.postMessage.bind(self) as (message: unknown, transfer: Transferable[]) => void;
      let sent = 0;
      self.postMessage = (message: unknown, transfer: unknown) => {
        if (++sent <= 2) {
          post(message, transfer as Transferable[]);
          return;
        }
        self.close();
      };
    });
  }
}

/** Checks that the message is kept, the fault is reported, and a retry brings a reply. */
export async function expectRecovery(person: Person, question = LONG_QUESTION): Promise<void> {
  await person.problem.first().waitFor({ timeout: 60_000 });
  expect(await person.messages.last().innerText()).toContain(question);
  await person.set({ maxNewTokens: 4 });
  await person.problem.first().getByTestId('retry').click();
  expect(await person.reply()).toMatch(/\w/);
  expect(await person.problem.count()).toBe(0);
}

/** Checks that a killed worker costs no message, and a reload none of a reply's words that had arrived. */
export async function expectNothingLost(person: Person): Promise<void> {
  const { page } = person;
  await person.goTo('chat');
  await endWorkersInReply(page);
  await person.say(LONG_QUESTION);
  await expectRecovery(person);

  await beginLongReply(person, 'And then?');
  const unfinished = (): Promise<string> => person.replies.last().getByRole('paragraph').first().innerText();
  const words = (await unfinished()).trim();
  await expect.poll(() => storedText(page)).toContain(words.slice(0, 10));
  await page.reload();
  await person.replies.first().waitFor();
  expect((await unfinished()).startsWith(words.slice(0, 10))).toBe(true);
}

/** Checks that each column of a comparison ends with its reply, its tokens and its times. */
export async function expectComparison(person: Person, question: string): Promise<void> {
  await person.compare(question);
  for (const id of ['raw', 'keypos', 'nostopwords'] as const) {
    const column = await person.comparedDone(id);
    await column
      .getByText(/^[\d.]+ m?s$/)
      .first()
      .waitFor();
    expect(await column.getByText(/^\d+ tokens$/).count()).toBe(1);
    expect(await column.locator('p').first().innerText()).toMatch(/\w/);
  }
}
