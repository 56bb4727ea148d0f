import type { Page } from 'playwright-core';

/**
 * The texts that extend beyond the right edge of the page, except in scrollers with `tabindex="0"`, which marks those
 * that are meant to scroll sideways, such as wide tables. Collapsed sections are opened first.
 */
export async function overhangs(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    for (const folded of document.querySelectorAll('main details')) folded.setAttribute('open', '');
    const beyond: string[] = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
      const parent = text.parentElement;
      if (
        !text.textContent?.trim() ||
        !parent?.checkVisibility({ visibilityProperty: true }) ||
        parent.closest('[tabindex="0"], .visually-hidden, script, style, option')
      )
        continue;
      if (getComputedStyle(parent).textOverflow === 'ellipsis') continue;
      const range = document.createRange();
      range.selectNodeContents(text);
      const right = Math.max(...[...range.getClientRects()].map((rect) => rect.right));
      if (right > document.documentElement.clientWidth + 1)
        beyond.push(
          `“${text.textContent.trim().slice(0, 40)}” by ${Math.round(right - document.documentElement.clientWidth)} px`,
        );
    }
    return beyond;
  });
}
