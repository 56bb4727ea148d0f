/** Whether an element is on the screen and nothing covers it. Runs in the page. */
export function isInSight(element: Element): boolean {
  const { x, y, width, height, top, bottom } = element.getBoundingClientRect();
  const seen = document.elementFromPoint(x + width / 2, y + height / 2);
  return top >= 0 && bottom <= innerHeight && seen !== null && element.contains(seen);
}
