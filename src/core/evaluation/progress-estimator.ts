export interface RunProgress {
  done: number;
  total: number;
  /** Estimated milliseconds left at the pace so far; null at the beginning. */
  remainingMs: number | null;
}

/** Counts finished jobs and estimates the time left, not counting the loading of models. */
export class ProgressEstimator {
  #done: number;
  #fresh = 0;
  #spent = 0;
  #since = 0;
  readonly #total: number;

  constructor(total: number, open: number) {
    this.#total = total;

    this.#done = total - open;
  }

  start(): void {
    this.#since = performance.now();
  }

  count(): RunProgress {
    const now = performance.now();
    this.#spent += now - this.#since;
    this.#since = now;
    this.#done++;
    this.#fresh++;
    return this.progress;
  }

  get progress(): RunProgress {
    const remainingMs = this.#fresh === 0 ? null : (this.#spent / this.#fresh) * (this.#total - this.#done);
    return { done: this.#done, total: this.#total, remainingMs };
  }
}
