import { within } from '../../core/async/within.ts';
import type { TextStore } from '../../lab/index.ts';
import type { Catalogue } from '../texts/catalogue.ts';
import { language, speak } from '../texts/in-use.svelte.ts';
import { LANGUAGE_IDS, preferredLanguage, type LanguageId } from '../texts/languages.ts';

const KEY = 'solace.language';

/** The page does not stay empty longer than this for its texts, in milliseconds; it is English until they arrive. */
const PATIENCE_MS = 3000;

interface Dependencies {
  texts: TextStore;
  /** The element that names the language of the page. */
  root: { lang: string };
  /** The languages that the browser asks for, most preferred first. */
  preferred: readonly string[];
  load: Record<Exclude<LanguageId, 'en'>, () => Promise<{ catalogue: Catalogue }>>;
}

/** The language of the interface: the one that the person chose, or the browser's. */
export class LanguageChoice {
  readonly #dependencies: Dependencies;
  #wanted: LanguageId;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
    const kept = dependencies.texts.get(KEY);
    this.#wanted = LANGUAGE_IDS.find((id) => id === kept) ?? preferredLanguage(dependencies.preferred);
  }

  get current(): LanguageId {
    return language();
  }

  /** Resolves once the page can be shown; never rejects. */
  async start(): Promise<void> {
    await within(PATIENCE_MS, this.#speak());
  }

  /** Changes the language and keeps the choice. Resolves to whether its texts could be loaded. */
  async set(id: LanguageId): Promise<boolean> {
    this.#wanted = id;
    this.#dependencies.texts.set(KEY, id);
    return this.#speak();
  }

  async #speak(): Promise<boolean> {
    const id = this.#wanted;
    try {
      const catalogue = id === 'en' ? null : (await this.#dependencies.load[id]()).catalogue;
      // Another language may have been chosen meanwhile.
      if (id !== this.#wanted) return true;
      speak(id, catalogue);
      this.#dependencies.root.lang = id;
      return true;
    } catch {
      return false;
    }
  }
}
