import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Person } from './person.ts';

export const LONG_QUESTION = 'Tell me a long story about a lighthouse.';

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
export async function endWorkersInReply(page: Page): Promise<void> {
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
