import type { Page } from 'playwright-core';

/** What is said while the prompt of the next reply is read: each text once, in order, until the reply begins. */
export function saidWhileReading(page: Page): Promise<string[]> {
  return page.evaluate(
    () =>
      new Promise<string[]>((resolve) => {
        const said = new Set<string>();
        const observer = new MutationObserver(() => {
          const reading = document.querySelector('[data-testid="reading"]')?.textContent?.trim();
          if (reading) said.add(reading);
          else if (said.size > 0) {
            observer.disconnect();
            resolve([...said]);
          }
        });
        observer.observe(document.body, { subtree: true, childList: true, characterData: true });
      }),
  );
}

/** Counts the lengths that the next reply shows until it is complete; one if it arrived all at once. */
export function countReplyLengths(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const lengths = new Set<number>();
        const observer = new MutationObserver(() => {
          const replies = document.querySelectorAll('[data-testid="entry-supporter"]');
          const last = replies[replies.length - 1];
          const text = last?.querySelector('p')?.textContent ?? '';
          if (text) lengths.add(text.length);
          if (text && last?.getAttribute('aria-busy') === 'false') {
            observer.disconnect();
            resolve(lengths.size);
          }
        });
        observer.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
      }),
  );
}
