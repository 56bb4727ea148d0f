import { within } from '../../core/async/within.ts';

/** A message is not held back longer than this, in milliseconds, where the phrases do not arrive. */
const PATIENCE_MS = 3000;

/**
 * The phrases of danger in languages other than English. They are fetched once somebody writes or opens a conversation,
 * because the first page is complete without them, and every message waits for them before it is judged.
 */
export class OtherLanguages {
  /** Whether messages are judged in all languages. */
  loaded = $state(false);
  readonly #load: () => Promise<void>;
  readonly #arrived: () => void;
  #loading: Promise<void> | undefined;

  /** `arrived`: called once, to judge again what was judged before. */
  constructor(load: () => Promise<void>, arrived: () => void = () => undefined) {
    this.#load = load;
    this.#arrived = arrived;
  }

  /** Fetches the phrases. Resolves when they are loaded, fail to load, or take too long; the next call tries again. */
  async ready(): Promise<void> {
    if (this.loaded) return;
    this.#loading ??= this.#load().then(
      () => {
        this.loaded = true;
        this.#arrived();
      },
      () => {
        this.#loading = undefined;
      },
    );
    await within(PATIENCE_MS, this.#loading);
  }
}
