import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/**
 * Expects that nothing of the header lies on its neighbour or beyond the edge, in any language. The page is as narrow
 * as a phone; afterwards it speaks English.
 * @param shown what the button that loads the model says of its size in every language
 */
export async function expectHeaderApart(page: Page, shown = /\d/): Promise<void> {
  const banner = page.getByRole('banner');
  const language = page.getByRole('dialog').getByTestId('language');
  for (const id of ['de', 'es', 'en']) {
    await banner.getByRole('button').first().click();
    await language.selectOption(id);
    await expect.poll(() => page.evaluate(() => document.documentElement.lang)).toBe(id);
    await page.keyboard.press('Escape');
    await language.waitFor({ state: 'hidden' });
    await expect.poll(() => page.getByTestId('load-model').innerText()).toMatch(shown);
    const places = await banner
      .locator(':is(a, button):visible')
      .evaluateAll((all) => all.map((each) => each.getBoundingClientRect()).map(({ left, right }) => [left, right]));
    expect(places.length).toBeGreaterThan(4);
    const width = page.viewportSize()?.width ?? 0;
    for (const [i, [, right = Infinity]] of places.entries())
      expect(right, `${id}, control ${i + 1}`).toBeLessThanOrEqual(places[i + 1]?.[0] ?? width);
  }
}
