import type { TextStore } from '../../lab/index.ts';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** The key that public/theme.js reads before the first paint. */
const KEY = 'solace.theme';

/** The theme that the person chose. `root` is the element whose `data-theme` the styles read. */
export class ThemeChoice {
  current = $state<Theme>('system');
  readonly #root: { dataset: DOMStringMap };
  readonly #texts: TextStore;

  constructor(root: { dataset: DOMStringMap }, texts: TextStore) {
    this.#root = root;
    this.#texts = texts;
    const chosen = root.dataset['theme'];
    if (chosen === 'light' || chosen === 'dark') this.current = chosen;
  }

  set(theme: Theme): void {
    this.current = theme;
    if (theme === 'system') delete this.#root.dataset['theme'];
    else this.#root.dataset['theme'] = theme;
    this.#texts.set(KEY, theme === 'system' ? null : theme);
  }
}
