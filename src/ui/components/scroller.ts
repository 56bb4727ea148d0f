/** What scrolls the content of an element: itself, or, at a high zoom, the page. */
export const scrollerOf = (box: Element): Element =>
  getComputedStyle(box).overflowY === 'visible' ? (document.scrollingElement ?? box) : box;
