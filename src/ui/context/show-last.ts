/** Scrolls the tab panel around a list until the end of its last child is in view. Nothing else is scrolled. */
export function showLast(list: HTMLElement): void {
  const panel = list.closest('[role="tabpanel"]');
  const last = list.lastElementChild;
  if (!panel || !last) return;
  const below = last.getBoundingClientRect().bottom - panel.getBoundingClientRect().bottom;
  const above = last.getBoundingClientRect().top - panel.getBoundingClientRect().top;
  if (below > 0) panel.scrollTop += Math.min(below, above);
  else if (above < 0) panel.scrollTop += above;
}
