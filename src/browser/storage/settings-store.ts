import type { z } from 'zod';
import type { LabStore } from './database.ts';

/** A named value that outlives a reload, with the schema that what is stored must meet. */
export interface Setting<Value> {
  key: string;
  schema: z.ZodType<Value>;
}

/** Settings in IndexedDB. Every method may reject as `LabStore.use` does. */
export class SettingsStore {
  readonly #store: LabStore;

  constructor(store: LabStore) {
    this.#store = store;
  }

  /** The stored value; undefined when there is none or it no longer meets its schema. */
  async get<Value>({ key, schema }: Setting<Value>): Promise<Value | undefined> {
    const stored = await this.#store.use((database) => database.get('settings', key));
    const parsed = schema.safeParse(stored);
    return parsed.success ? parsed.data : undefined;
  }

  async set<Value>({ key, schema }: Setting<Value>, value: Value): Promise<void> {
    await this.#store.use((database) => database.put('settings', schema.parse(value), key));
  }

  async remove({ key }: Pick<Setting<unknown>, 'key'>): Promise<void> {
    await this.#store.use((database) => database.delete('settings', key));
  }
}
