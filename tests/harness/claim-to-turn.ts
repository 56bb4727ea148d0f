import type { Locator } from 'playwright-core';
import { expect } from 'vitest';
import type { NotebookReader } from './notebook.ts';

/** Two busy cores are slow to show a run. */
const PATIENT = { timeout: 60_000 };

/** Whether an element is where a reader sees it. */
const inView = async (element: Locator): Promise<boolean> => {
  const box = await element.boundingBox();
  return box !== null && box.y >= 0 && box.y < 720;
};

/**
 * Goes from a claim of the paper's notebook, which is open, to a turn in three clicks: its evidence, the replies behind
 * a number, one of them. Then back to the number.
 */
export async function fromClaimToTurn(reader: NotebookReader): Promise<void> {
  const { page } = reader;
  const scrolled = () => page.locator('main').evaluate(({ scrollTop }) => scrollTop);
  await reader.frame.getByRole('link', { name: '3.', exact: true }).click();
  const number = reader.frame.locator('section[data-evidence="small-loss"] a[href^="#/runs/"]').first();
  await number.click();
  const totals = page.getByTestId('explorer-totals');
  expect((await totals.innerText()).replace(/\s+/g, ' ')).toMatch(
    /Raw, 72 replies: BLEU-4 0\.\d+ \(\d+\.\d+ of 100\).*KeyPOS/,
  );
  await expect.poll(() => inView(page.getByRole('heading', { name: 'Replies' })), PATIENT).toBe(true);
  await page.getByTestId('explorer-table').getByRole('rowheader').getByRole('link').first().click();
  await page.getByTestId('context-agrees').waitFor();
  expect(page.url()).toMatch(/#\/runs\/built-in\?.*dialogue=/);
  // Back to the number that was clicked.
  await page.goBack();
  await totals.waitFor();
  await page.goBack();
  await reader.cells.first().waitFor();
  await reader.settled();
  await expect.poll(() => inView(number), PATIENT).toBe(true);
  expect(await scrolled()).toBeGreaterThan(5000);
}
