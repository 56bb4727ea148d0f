import { afterEach, beforeEach, vi } from 'vitest';

/** Gives each test of a file an empty `localStorage` in memory, and removes it afterwards. */
export function useFakeLocalStorage(): void {
  beforeEach(() => {
    const texts = new Map<string, string>();
    vi.stubGlobal('localStorage', {
      getItem: (key: string) => texts.get(key) ?? null,
      setItem: (key: string, text: string) => void texts.set(key, text),
      removeItem: (key: string) => void texts.delete(key),
    });
  });
  afterEach(() => void vi.unstubAllGlobals());
}
