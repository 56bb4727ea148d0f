import type { Page } from 'playwright-core';

/** Makes the page's browser report these languages and this time zone. */
export async function liveIn(page: Page, languages: string[], timeZone: string): Promise<void> {
  await page.evaluate(
    ([languages, timeZone]) => {
      Object.defineProperty(navigator, 'languages', { configurable: true, get: () => languages });
      const original = Intl.DateTimeFormat.prototype.resolvedOptions;
      Intl.DateTimeFormat.prototype.resolvedOptions = function () {
        return { ...original.call(this), timeZone };
      };
    },
    [languages, timeZone] as const,
  );
}
