import { localTexts } from '../../lab/index.ts';

const KEY = 'solace.running-notebook.';

/**
 * State of a marked notebook: its cells are running, or its page is open and visible after they ran. A notebook at rest
 * needs a mark too, because a timer may still start something that never ends.
 */
type Phase = 'running' | 'resting';

/**
 * Marks that the code of a notebook may be running. The mark outlives the page: if it is found on opening, the notebook
 * did not finish last time, perhaps because nothing could stop it.
 */
export function markRunning(id: string, phase: Phase = 'running'): void {
  // Where storage is blocked or full, the notebook runs every time it is opened.
  localTexts.set(KEY + id, `${phase} ${Date.now()}`);
}

export function clearMark(id: string): void {
  localTexts.set(KEY + id, null);
}

const readMark = (id: string): string | null => localTexts.get(KEY + id);

/** Milliseconds between two questions to an open notebook whether it still responds. */
const ASK_EVERY = 1000;
/** A notebook that misses this many further questions is considered hung. */
const MISSED = 3;
/** A notebook at rest in another tab renews its mark within this many milliseconds. */
const RENEWED = 3 * ASK_EVERY;

/** Whether `mark` was left at rest so recently that another tab may still renew it. */
function mayBeRenewed(mark: string): boolean {
  const [phase, at] = mark.split(' ');
  return phase === 'resting' && Math.abs(Date.now() - Number(at)) < RENEWED;
}

/** Whether the notebook did not finish last time, as far as its mark shows immediately. */
export function didNotFinish(id: string): boolean {
  const mark = readMark(id);
  return mark !== null && !mayBeRenewed(mark);
}

/** The same for a notebook that is about to run: waits to see whether another tab renews a fresh mark. */
export async function foundUnfinished(id: string): Promise<boolean> {
  const mark = readMark(id);
  if (mark === null || !mayBeRenewed(mark)) return mark !== null;
  await new Promise((resolve) => setTimeout(resolve, RENEWED));
  const later = readMark(id);
  return later !== null && (later === mark || !mayBeRenewed(later));
}

/**
 * Watches one open notebook. Its mark is kept while its cells run and, once they are at rest, while the page is
 * visible; it is left behind only if the page dies without notice or the notebook does not answer.
 */
export class RunWatch {
  readonly #id: string;
  readonly #alive: () => Promise<void>;
  #phase: Phase | undefined;
  #inView: boolean;
  #away = false;
  #asking = false;
  #missed = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** `alive` resolves as soon as the notebook's event loop runs; `inView` is whether the page is visible. */
  constructor(id: string, alive: () => Promise<void>, inView = true) {
    this.#id = id;
    this.#alive = alive;
    this.#inView = inView;
  }

  /** Cells are about to run, or all have finished. */
  busy(busy: boolean): void {
    this.#phase = busy ? 'running' : 'resting';
    this.#missed = 0;
    this.#timer ??= setInterval(() => this.#ask(), ASK_EVERY);
    this.#update();
  }

  /** The page was hidden or shown. A phone may kill a hidden page without notice. */
  show(inView: boolean): void {
    this.#inView = inView;
    this.#update();
  }

  /** The notebook or the page is left in an orderly way. */
  leave(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (this.#phase && !this.#hangs) clearMark(this.#id);
    this.#away = true;
  }

  /** The browser restores the page as it was when it was left. */
  back(): void {
    if (!this.#away) return;
    this.#away = false;
    if (this.#phase) this.busy(this.#phase === 'running');
  }

  get #hangs(): boolean {
    return this.#missed >= MISSED;
  }

  #update(): void {
    if (!this.#phase || this.#away) return;
    if (this.#phase === 'running' || this.#hangs) markRunning(this.#id);
    else if (this.#inView) markRunning(this.#id, this.#phase);
    else clearMark(this.#id);
  }

  // Counts its own timer ticks instead of the time: a page paused by the browser or a sleeping machine has none either.
  #ask(): void {
    if (this.#asking) {
      this.#missed++;
      if (this.#hangs) this.#update();
      return;
    }
    this.#asking = true;
    this.#alive().then(
      () => {
        this.#asking = false;
        this.#missed = 0;
        this.#update();
      },
      () => undefined,
    );
  }
}
