import { tick, untrack } from 'svelte';
import { scrollerOf } from './scroller.ts';

/** Resolves when the page has drawn what is there. */
const nextFrame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));

/**
 * How much of a long list is in the page. Thousands of rows at once would keep the page busy for seconds, so a list
 * begins with one step of them and grows.
 */
export class Growing {
  readonly step: number;
  /** Number of rows in the page, at most. */
  shown: number = $state(0);
  /** Counts the lists, so that what fills one of them stops when another is shown. */
  #lists = $state(0);

  constructor(step: number) {
    this.step = step;
    this.shown = step;
  }

  /** Begins again, for another list. */
  readonly reset = (): void => {
    this.#lists++;
    this.shown = this.step;
  };

  /** An attachment for the last row in the page: shows the next rows before a reader arrives there. */
  readonly below = (last: HTMLElement) => {
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) this.shown += this.step;
      },
      { root: last.parentElement && scrollerOf(last.parentElement), rootMargin: '600px' },
    );
    observer.observe(last);
    return () => observer.disconnect();
  };

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
      void nextFrame().then(() => this.reach(rows));
    });
  };

  /** Shows at least `rows`, one step per frame, so that the page never stands still. */
  async reach(rows: number): Promise<void> {
    const list = this.#lists;
    while (this.shown < rows && list === this.#lists) {
      this.shown += this.step;
      await tick();
      await nextFrame();
    }
  }
}
