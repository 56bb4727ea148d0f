import type { z } from 'zod';

/**
 * A value that outlives a reload, in localStorage. What is stored there is checked with `schema`; anything else, or no
 * storage at all, gives what the schema makes of an empty object.
 */
export class Stored<S extends z.ZodType> {
  readonly #key: string;
  readonly #schema: S;
  #value: z.output<S>;

  constructor(key: string, schema: S) {
    this.#key = `solace.${key}`;
    this.#schema = schema;
    this.#value = $state(this.#read());
  }

  get current(): z.output<S> {
    return this.#value;
  }

  set current(value: z.output<S>) {
    this.#value = value;
    this.save();
  }

  /** Call after a change inside the value. */
  save(): void {
    try {
      localStorage.setItem(this.#key, JSON.stringify(this.#value));
    } catch {
      // Storage is blocked or full: the value holds for this visit.
    }
  }

  #read(): z.output<S> {
    let stored: unknown;
    try {
      stored = JSON.parse(localStorage.getItem(this.#key) ?? '{}');
    } catch {
      stored = {};
    }
    const parsed = this.#schema.safeParse(stored);
    return parsed.success ? parsed.data : this.#schema.parse({});
  }
}
