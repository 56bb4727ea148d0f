import { tick, untrack } from 'svelte';
import { scrolledAround } from './scroller.ts';

/** Resolves when the page has drawn what is there. */
const nextFrame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));

/**
 * Which rows of a long list are in the page. Thousands at once would keep it busy for seconds, so a list begins with
 * one step of them and grows at the end where it is read.
 */
export class Growing {
  readonly step: number;
  /** Number of rows in the page, at most. */
  shown: number = $state(0);
  #from = $state(0);
  /** Counts the lists, so that what fills one of them stops when another is shown. */
  #lists = $state(0);

  constructor(step: number) {
    this.step = step;
    this.shown = step;
  }

  /** The rows in the page of a list of `count`: from the first one to before the second. */
  rows(count: number): [from: number, to: number] {
    const from = Math.min(this.#from, Math.max(0, count - this.step));
    return [from, Math.min(count, from + this.shown)];
  }

  /** Begins again, for another list. */
  readonly reset = (): void => {
    this.#lists++;
    this.#from = 0;
    this.shown = this.step;
  };

  /** Brings a row of a list of `count` into the page; one that is far away, with only those around it. */
  reach(row: number, count: number): void {
    const [from, to] = this.rows(count);
    if (row >= from && row < to) return;
    if (row === to) this.shown += this.step;
    else if (row === from - 1) this.#growUp(from);
    else {
      this.#from = Math.max(0, Math.min(row - Math.floor(this.step / 2), count - this.step));
      this.shown = this.step;
    }
  }

  /** An attachment for the last row in the page: shows the next rows before a reader arrives there. */
  readonly below = (last: HTMLElement) => onceNear(last, () => (this.shown += this.step));

  /** An attachment for the first row in the page: shows those before it, and leaves what is read where it is. */
  readonly above = (first: HTMLElement) =>
    onceNear(first, (scroller) => {
      const before = first.getBoundingClientRect().top;
      this.#growUp(this.#from);
      void tick().then(() => (scroller.scrollTop += first.getBoundingClientRect().top - before));
    });

  #growUp(from: number): void {
    this.#from = Math.max(0, from - this.step);
    this.shown += from - this.#from;
  }

  /**
   * Fills the page with all `count()` rows of the list that `id()` names, after its first step is drawn, so that
   * opening a long list costs as much as opening a short one. Called while a component is created.
   */
  readonly fill = (count: () => number, id: () => unknown): void => {
    // Derived, because a conversation is a new object with each message.
    const list = $derived(id());
    $effect.pre(() => {
      void list;
      untrack(this.reset);
    });
    $effect(() => {
      void this.#lists;
      const rows = count();
      void nextFrame().then(() => this.#fill(rows));
    });
  };

  /** Shows at least `rows`, one step per frame, so that the page never stands still. */
  async #fill(rows: number): Promise<void> {
    const list = this.#lists;
    while (this.shown < rows && list === this.#lists) {
      this.shown += this.step;
      await tick();
      await nextFrame();
    }
  }
}

/** Calls `grow` when a row comes near what is seen. Returns a function that stops that. */
function onceNear(row: HTMLElement, grow: (scroller: Element) => unknown): () => void {
  const scroller = scrolledAround(row);
  const observer = new IntersectionObserver(
    ([entry]) => {
      if (entry?.isIntersecting) grow(scroller);
    },
    // The page as an element would be seen whole.
    { root: scroller === document.scrollingElement ? null : scroller, rootMargin: '600px' },
  );
  observer.observe(row);
  return () => observer.disconnect();
}
