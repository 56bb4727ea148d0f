/** Short texts that outlive a reload, as far as the browser keeps them. Never throws. */
export interface TextStore {
  /** The text under `key`; null where there is none or storage is blocked. */
  get(key: string): string | null;
  /** Keeps a text under `key`; null removes it. */
  set(key: string, text: string | null): void;
}

/**
 * `localStorage` or `sessionStorage`. `open` is called each time, because some browsers throw where it is only named.
 */
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
        // Storage is blocked or full: what was to be kept lasts as long as the page.
      }
    },
  };
}

/** Outlives the tab. */
export const localTexts = textStore(() => localStorage);

/** Outlives a reload of this tab. */
export const tabTexts = textStore(() => sessionStorage);
