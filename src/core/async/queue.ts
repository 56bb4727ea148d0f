/** Runs tasks one after another: a model has one sequence, so a second reply waits for the first. */
export class Queue {
  #tail: Promise<void> = Promise.resolve();

  /** Waits for its turn; call the result to let the next one in. */
  async enter(): Promise<() => void> {
    let leave = () => {};
    const before = this.#tail;
    this.#tail = new Promise((resolve) => (leave = resolve));
    await before;
    return leave;
  }
}
