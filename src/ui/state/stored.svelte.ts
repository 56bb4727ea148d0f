import type { z } from 'zod';
import type { TextStore } from '../../lab/index.ts';

/**
 * A value that outlives a reload. What is stored is checked with `schema`; anything else, or no storage at all, gives
 * what the schema makes of an empty object.
 */
export class Stored<S extends z.ZodType> {
  readonly #texts: TextStore;
  readonly #key: string;
  readonly #schema: S;
  #value: z.output<S>;

  constructor(texts: TextStore, key: string, schema: S) {
    this.#texts = texts;
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
    this.#texts.set(this.#key, JSON.stringify(this.#value));
  }

  #read(): z.output<S> {
    let stored: unknown;
    try {
      stored = JSON.parse(this.#texts.get(this.#key) ?? '{}');
    } catch {
      stored = {};
    }
    const parsed = this.#schema.safeParse(stored);
    return parsed.success ? parsed.data : this.#schema.parse({});
  }
}
