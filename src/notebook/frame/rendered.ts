import type { RenderedCell } from '../protocol.ts';
import type { OpenCell } from './cell.svelte.ts';

/** A cell as it looks now: its output as HTML that shows the same without any code. */
export function renderedCell({ mode, value, state, root }: OpenCell, shown: boolean): RenderedCell {
  return { mode, source: value, shown, failed: state === 'rejected', html: stillOf(root) };
}

/** The content of an element, with the state that is not in its HTML written into attributes. */
function stillOf(root: HTMLElement): string {
  const copy = root.cloneNode(true) as HTMLElement;
  const live = root.querySelectorAll('input, select, textarea, canvas');
  for (const [i, still] of copy.querySelectorAll('input, select, textarea, canvas').entries()) {
    const original = live[i];
    if (original) keepValue(original, still);
  }
  return copy.innerHTML;
}

function keepValue(original: Element, still: Element): void {
  if (original instanceof HTMLCanvasElement) still.replaceWith(pictureOf(original));
  else if (original instanceof HTMLTextAreaElement) still.textContent = original.value;
  else if (original instanceof HTMLSelectElement) {
    const options = [...still.querySelectorAll('option')];
    for (const [i, option] of options.entries())
      option.toggleAttribute('selected', original.options[i]?.selected ?? false);
  } else if (original instanceof HTMLInputElement) {
    if (original.type === 'file') still.setAttribute('type', 'hidden');
    else still.setAttribute('value', original.value);
    still.toggleAttribute('checked', original.checked);
  }
}

function pictureOf(canvas: HTMLCanvasElement): Element {
  const image = document.createElement('img');
  image.alt = canvas.getAttribute('aria-label') ?? canvas.textContent ?? '';
  image.width = canvas.clientWidth || canvas.width;
  image.src = canvas.toDataURL();
  return image;
}
