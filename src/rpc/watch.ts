import { LabError } from '../core/error.ts';

/** Seconds after which work that should take a fraction of one is stopped. */
export const LONGEST = 15;

/**
 * Counts the seconds of work that may never end, and calls `stop` when there were too many. Seconds are counted one by
 * one, so that a page that was put to sleep together with its worker does not take the sleep for work.
 */
export class Watch {
  #stop: (what: string) => void;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(stop: (what: string) => void) {
    this.#stop = stop;
  }

  /** Work by the fault of `what` has begun or still goes well; null when it has ended. */
  hear(what: string | null): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (what === null) return;
    let seconds = 0;
    this.#timer = setInterval(() => {
      if (++seconds < LONGEST) return;
      this.hear(null);
      this.#stop(what);
    }, 1000);
    // In Node, a thread that is waited for keeps the process alive by itself.
    (this.#timer as { unref?: () => void }).unref?.();
  }
}

/** What to say about work that did not come to an end. */
export function endless(what: string, seconds = LONGEST): LabError {
  return new LabError({
    code: 'bad-config',
    where: what,
    what: `It was stopped after ${seconds} seconds, because it does not come to an end on this text.`,
    todo: 'Take the model from a source that you trust: the file decides how long a text takes.',
  });
}
