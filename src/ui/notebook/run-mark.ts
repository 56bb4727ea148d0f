const KEY = 'solace.running-notebook.';

/**
 * A mark that a notebook is running, set before its first cell and taken away once it is idle. It outlives the page: where
 * it is found on opening, the notebook did not finish last time, perhaps because nothing could stop it.
 */
export function markRunning(id: string): void {
  try {
    localStorage.setItem(KEY + id, String(Date.now()));
  } catch {
    // Storage is blocked or full: the notebook runs at each opening.
  }
}

export function clearMark(id: string): void {
  try {
    localStorage.removeItem(KEY + id);
  } catch {
    // As above.
  }
}

export function didNotFinish(id: string): boolean {
  try {
    return localStorage.getItem(KEY + id) !== null;
  } catch {
    return false;
  }
}

/** How often a running notebook is asked whether it still has turns, in milliseconds. */
const ASK_EVERY = 1000;
/** A notebook that takes longer to answer hangs. */
const LONGEST_SILENCE = 3000;

/** Watches one opened notebook: keeps its mark while it runs, and leaves it behind only where the notebook hangs. */
export class RunWatch {
  readonly #id: string;
  readonly #alive: () => Promise<void>;
  #running = false;
  #asked: number | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** `alive` resolves as soon as the notebook has a turn. */
  constructor(id: string, alive: () => Promise<void>) {
    this.#id = id;
    this.#alive = alive;
  }

  busy(busy: boolean): void {
    this.#running = busy;
    clearInterval(this.#timer);
    this.#asked = undefined;
    if (!busy) return clearMark(this.#id);
    markRunning(this.#id);
    this.#timer = setInterval(() => this.#ask(), ASK_EVERY);
  }

  /** The notebook is left. */
  leave(): void {
    clearInterval(this.#timer);
    const hangs = this.#asked !== undefined && performance.now() - this.#asked > LONGEST_SILENCE;
    if (this.#running && !hangs) clearMark(this.#id);
    this.#running = false;
  }

  #ask(): void {
    if (this.#asked !== undefined) return;
    this.#asked = performance.now();
    this.#alive().then(
      () => (this.#asked = undefined),
      () => undefined,
    );
  }
}
