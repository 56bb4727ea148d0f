import type { z } from 'zod';
import { tryParseJson } from '../../core/json.ts';
import type { TextStore } from '../../lab/index.ts';

/**
 * A value that survives a reload. The stored value is checked with `schema`; if it does not match or there is no
 * storage, the value is what the schema makes of an empty object.
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

  /** Stores the value; call it after changing the value in place. */
  save(): void {
    this.#texts.set(this.#key, JSON.stringify(this.#value));
  }

  #read(): z.output<S> {
    const parsed = this.#schema.safeParse(tryParseJson(this.#texts.get(this.#key) ?? '{}') ?? {});
    return parsed.success ? parsed.data : this.#schema.parse({});
  }
}
