/** A touch screen without a mouse, whose keyboard seldom has a Shift key that works with Enter. */
const TOUCH = '(hover: none) and (pointer: coarse)';

/** Whether Enter starts a new line in text that is sent, as on phones; the button sends. */
export const entersLines = (): boolean => matchMedia(TOUCH).matches;

/**
 * Whether a key press in a text field sends the text: Enter, unless it starts a new line (see `entersLines`), comes
 * with Shift or Alt, or chooses a candidate of an input method.
 */
export function sends(event: KeyboardEvent): boolean {
  // Some browsers report the key that ends a composition as 229.
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- No newer property works in every browser.
  if (event.isComposing || event.keyCode === 229) return false;
  return event.key === 'Enter' && !event.shiftKey && !event.altKey && !entersLines();
}
