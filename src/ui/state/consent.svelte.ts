import { LabError } from '../../core/error.ts';

/** A question to the person that work waits for. */
export class Consent {
  asks = $state(false);
  #agreed: (() => void) | null = null;

  /** Lets the work go on; without a question it does nothing. */
  readonly agree = (): void => this.#agreed?.();

  /**
   * Resolves once the person agrees.
   * @throws {LabError} `cancelled` when `signal` is aborted before.
   */
  async ask(signal: AbortSignal): Promise<void> {
    const answered = new Promise<void>((resolve, reject) => {
      this.#agreed = resolve;
      signal.addEventListener('abort', () => reject(LabError.cancelled()), { once: true });
      if (signal.aborted) reject(LabError.cancelled());
    });
    this.asks = true;
    await answered.finally(() => (this.asks = false));
  }
}
