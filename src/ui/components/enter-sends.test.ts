import { afterEach, describe, expect, it, vi } from 'vitest';
import { entersLines, sends } from './enter-sends.ts';

const press = (event: Record<string, unknown>): boolean =>
  sends({ key: 'Enter', keyCode: 13, ...event } as unknown as KeyboardEvent);

/** The page runs where a mouse is at hand, or on a touch screen alone. */
const useOn = (touch: boolean): unknown => vi.stubGlobal('matchMedia', () => ({ matches: touch }));

describe('Enter in a text field', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('sends with a keyboard, but not with Shift or Alt, nor while an input method composes', () => {
    useOn(false);
    expect(entersLines()).toBe(false);
    expect(press({})).toBe(true);
    for (const other of [{ shiftKey: true }, { altKey: true }, { isComposing: true }, { keyCode: 229 }, { key: 'a' }])
      expect(press(other)).toBe(false);
  });

  it('starts a new line on a touch screen, where the button sends', () => {
    useOn(true);
    expect(entersLines()).toBe(true);
    expect(press({})).toBe(false);
  });
});
