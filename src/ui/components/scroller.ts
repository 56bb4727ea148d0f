/** What scrolls the content of an element: itself, or, at a high zoom, the page. */
export const scrollerOf = (box: Element): Element =>
  getComputedStyle(box).overflowY === 'visible' ? (document.scrollingElement ?? box) : box;

/** The nearest of an element and those around it that has something to scroll, or else the page. */
export function scrolledAround(box: Element): Element {
  for (let each: Element | null = box; each; each = each.parentElement) {
    const scrolls = ['auto', 'scroll'].includes(getComputedStyle(each).overflowY);
    if (scrolls && each.scrollHeight > each.clientHeight) return each;
  }
  return document.scrollingElement ?? document.body;
}
