/** Turns callbacks into an async iterable: values are pushed at one end and read, once and in order, at the other. */
export class Channel<Value> implements AsyncIterable<Value> {
  readonly #waiting: Value[] = [];
  #closed = false;
  #wake: () => void = () => undefined;

  get closed(): boolean {
    return this.#closed;
  }

  /** An arrow function, so that it can be passed as a callback. */
  readonly push = (value: Value): void => {
    this.#waiting.push(value);
    this.#wake();
  };

  /** Ends the iteration once every pushed value has been read. */
  readonly close = (): void => {
    this.#closed = true;
    this.#wake();
  };

  async *[Symbol.asyncIterator](): AsyncGenerator<Value, void, void> {
    for (;;) {
      while (this.#waiting.length > 0) yield this.#waiting.shift() as Value;
      if (this.#closed) return;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
