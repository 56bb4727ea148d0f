import { LabError } from '../core/error.ts';

/** Seconds after which work that should take a fraction of a second is stopped. */
export const LONGEST = 15;

/**
 * Counts the seconds of work that may never end, and calls `stop` after too many. Counts second by second, so that time
 * during which the page and its worker sleep does not count as work.
 */
export class Watch {
  #stop: (what: string) => void;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(stop: (what: string) => void) {
    this.#stop = stop;
  }

  /** Work because of `what` has begun or progresses; null when it has ended. */
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
    // In Node, an awaited thread keeps the process alive by itself.
    (this.#timer as { unref?: () => void }).unref?.();
  }
}

/** The error for work that did not end. */
export function endless(what: string, seconds = LONGEST): LabError {
  return new LabError({
    code: 'bad-config',
    where: what,
    what: `It was stopped after ${seconds} seconds, because it does not finish on this text.`,
    todo: 'Get the model from a source that you trust: the file decides how long a text takes.',
  });
}
