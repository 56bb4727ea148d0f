import { LabError } from '../../core/error.ts';

/** Calls that the lab works on at one time, and those that may wait for their turn. */
const AT_ONCE = 500;
const MOST_WAITING = 100_000;

/**
 * Lets a limited number of calls through at one time, in their order. A loop that calls and never waits would else fill
 * the page's queue within its five seconds, and the page would be busy with that for minutes after it was stopped.
 */
export class Turnstile {
  #free: number;
  readonly #mostWaiting: number;
  /** In their order; not a list, whose first takes longer to remove the longer it is. */
  readonly #waiting = new Set<() => void>();

  constructor(atOnce = AT_ONCE, mostWaiting = MOST_WAITING) {
    this.#free = atOnce;
    this.#mostWaiting = mostWaiting;
  }

  /** @throws {LabError} `unsupported`, at once, where too many wait already: that ends a loop which never awaits. */
  pass<Result>(call: () => Promise<Result>): Promise<Result> {
    if (this.#free > 0) {
      this.#free--;
      return this.#run(call);
    }
    if (this.#waiting.size >= this.#mostWaiting) {
      throw new LabError({
        code: 'unsupported',
        what: `More than ${this.#mostWaiting} calls of the lab are waiting.`,
        todo: 'Look for a loop that never ends, or await some calls before you make more.',
      });
    }
    return new Promise<void>((turn) => this.#waiting.add(turn)).then(() => this.#run(call));
  }

  async #run<Result>(call: () => Promise<Result>): Promise<Result> {
    try {
      return await call();
    } finally {
      const [next] = this.#waiting;
      if (next) {
        this.#waiting.delete(next);
        next();
      } else this.#free++;
    }
  }
}
