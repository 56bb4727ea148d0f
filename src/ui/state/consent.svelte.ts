import { LabError } from '../../core/error.ts';

/** A question to the person that work waits for. */
export class Consent {
  asks = $state(false);
  #waiting: (() => void)[] = [];

  /** Lets all work resume that waits for an answer. */
  readonly agree = (): void => {
    for (const resume of this.#waiting) resume();
  };

  /**
   * Resolves once the person agrees.
   * @throws {LabError} `cancelled` when `signal` is aborted before.
   */
  async ask(signal: AbortSignal): Promise<void> {
    let resume = (): void => undefined;
    const answered = new Promise<void>((resolve, reject) => {
      resume = resolve;
      signal.addEventListener('abort', () => reject(LabError.cancelled()), { once: true });
      if (signal.aborted) reject(LabError.cancelled());
    });
    this.#waiting.push(resume);
    this.asks = true;
    await answered.finally(() => {
      this.#waiting = this.#waiting.filter((each) => each !== resume);
      this.asks = this.#waiting.length > 0;
    });
  }
}
