import type { Page } from 'playwright-core';

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
