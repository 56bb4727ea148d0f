import { LabError } from '../../core/error.ts';

/** Maximum number of concurrent calls, and of calls that may wait. */
const AT_ONCE = 500;
const MOST_WAITING = 100_000;

/**
 * Lets a limited number of calls through at a time, in order. Otherwise a loop that calls without ever awaiting would
 * fill the page's queue within its five seconds, and the page would be busy with that for minutes after it was stopped.
 */
export class Turnstile {
  #free: number;
  readonly #mostWaiting: number;
  /** In order; not an array, because removing its first element is slow when it is long. */
  readonly #waiting = new Set<() => void>();

  constructor(atOnce = AT_ONCE, mostWaiting = MOST_WAITING) {
    this.#free = atOnce;
    this.#mostWaiting = mostWaiting;
  }

  /**
   * @throws {LabError} `unsupported`, synchronously, if too many are waiting already: that ends a loop that never
   * awaits.
   */
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
