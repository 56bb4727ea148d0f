import { z } from 'zod';

const stateSchema = z.object({ notebookAt: z.number().nonnegative() });

/** What scrolls; positions in pixels. */
export type Scroller = Pick<Element, 'scrollTop' | 'scrollHeight' | 'clientHeight'>;

/** The state of a history entry with the place at which its reader is. */
export const withPlace = (state: unknown, { scrollTop }: Scroller): object => ({
  ...(typeof state === 'object' ? state : null),
  notebookAt: scrollTop,
});

/**
 * Leads a reader who comes back to a notebook to the place where they left it. Its outputs appear one after the other,
 * so the page reaches that height step by step; a reader who scrolls meanwhile stays where they are.
 */
export class ReturnPlace {
  #at: number | null;
  #last: number | null = null;

  /** `state` is that of the history entry: without a place in it, nothing scrolls. */
  constructor(state: unknown) {
    const read = stateSchema.safeParse(state);
    this.#at = read.success ? read.data.notebookAt : null;
  }

  /** Goes as far towards the place as the page has grown. */
  grown(scroller: Scroller): void {
    if (this.#at === null) return;
    const end = scroller.scrollHeight - scroller.clientHeight;
    const moved = this.#last !== null && Math.abs(scroller.scrollTop - Math.min(this.#last, end)) > 1;
    if (moved) {
      this.#at = null;
      return;
    }
    scroller.scrollTop = this.#at;
    this.#last = scroller.scrollTop;
    if (this.#last >= this.#at - 1) this.#at = null;
  }
}
