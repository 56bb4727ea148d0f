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
  #filling = 0;

  constructor(step: number) {
    this.step = step;
    this.shown = step;
  }

  /** Begins again, for another list. */
  readonly reset = (): void => {
    this.#filling++;
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
   * Fills the page with all of `count()` rows after those of the first step are drawn, so that opening a long list
   * costs as much as opening a short one. Called while a component is created.
   */
  readonly fill = (count: () => number): void => {
    $effect(() => {
      if (this.shown < count()) void this.reach(untrack(count));
    });
  };

  /** Shows at least `rows`, one step per frame, so that the page never stands still. Stopped by a reset. */
  async reach(rows: number): Promise<void> {
    const filling = ++this.#filling;
    while (this.shown < rows && filling === this.#filling) {
      this.shown += this.step;
      await tick();
      if (this.shown < rows) await nextFrame();
    }
  }
}
