import { LabError } from '../../core/error.ts';
import type { ListedModel } from './listed-models.ts';

/** The question whether a model may be fetched, which work waits for. */
export class Consent {
  /** The model that is asked about; null while nothing is. */
  model = $state.raw<ListedModel | null>(null);
  #waiting: (() => void)[] = [];

  /** Lets all work resume that waits for an answer. */
  readonly agree = (): void => {
    for (const resume of this.#waiting) resume();
  };

  /**
   * Resolves once the person agrees.
   * @throws {LabError} `cancelled` when `signal` is aborted before.
   */
  async ask(signal: AbortSignal, model: ListedModel): Promise<void> {
    let resume = (): void => undefined;
    const answered = new Promise<void>((resolve, reject) => {
      resume = resolve;
      signal.addEventListener('abort', () => reject(LabError.cancelled()), { once: true });
      if (signal.aborted) reject(LabError.cancelled());
    });
    this.#waiting.push(resume);
    this.model = model;
    await answered.finally(() => {
      this.#waiting = this.#waiting.filter((each) => each !== resume);
      if (this.#waiting.length === 0) this.model = null;
    });
  }
}
