import type { Page } from 'playwright-core';

/**
 * How many words of the view can be read, or of what comes before the words `until`: labels, buttons and struck words
 * included, what is only spoken left out.
 */
export async function visibleWords(page: Page, until?: string): Promise<number> {
  const text = await page.getByRole('main').innerText();
  const before = until === undefined ? text : text.slice(0, text.indexOf(until));
  return before.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
}
