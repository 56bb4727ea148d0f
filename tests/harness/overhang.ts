import type { Page } from 'playwright-core';

/**
 * What scrolls sideways although it was not made to: the page, or a scroller without `tabindex`, which marks the ones that
 * are, such as wide tables. Folded parts are opened first.
 */
export async function overhangs(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    for (const folded of document.querySelectorAll('main details')) folded.setAttribute('open', '');
    const fields = new Set(['INPUT', 'TEXTAREA', 'SELECT', 'PRE']);
    const scrollers = [...document.querySelectorAll('body, body *')].filter((element) => {
      const { overflowX, display } = getComputedStyle(element);
      return display !== 'none' && ['auto', 'scroll'].includes(overflowX) && !element.hasAttribute('tabindex') && !fields.has(element.tagName);
    });
    return [document.documentElement, ...scrollers].flatMap((element) => {
      const beyond = element.scrollWidth - element.clientWidth;
      return beyond > 0 ? [`${element.tagName.toLowerCase()}.${element.className} by ${beyond} px`] : [];
    });
  });
}
