/** Short texts that survive a reload, if the browser allows. Never throws. */
export interface TextStore {
  /** The text under `key`; null if there is none or storage is blocked. */
  get(key: string): string | null;
  /** Stores a text under `key`; null removes it. */
  set(key: string, text: string | null): void;
}

/** `localStorage` or `sessionStorage`. `open` is called each time, because some browsers throw on mere access. */
export function textStore(open: () => Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>): TextStore {
  return {
    get(key) {
      try {
        return open().getItem(key);
      } catch {
        return null;
      }
    },
    set(key, text) {
      try {
        if (text === null) open().removeItem(key);
        else open().setItem(key, text);
      } catch {
        // Storage is blocked or full: the value lasts as long as the page.
      }
    },
  };
}

/** Survives closing the tab. */
export const localTexts = textStore(() => localStorage);

/** Survives a reload of this tab. */
export const tabTexts = textStore(() => sessionStorage);
