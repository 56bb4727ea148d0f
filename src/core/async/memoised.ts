import { Lru } from '../lru.ts';

/**
 * A value that is made when it is first asked for and then shared. A failure is not kept: the next call tries again.
 *
 * ```ts
 * const encoder = new Lazy(() => openEncoder(files));
 * await encoder.get();
 * ```
 */
export class Lazy<Value> {
  readonly #make: () => Promise<Value>;
  #value: Promise<Value> | undefined;

  constructor(make: () => Promise<Value>) {
    this.#make = make;
  }

  /** What is being made or was made; undefined before the first call and after a failure. */
  get current(): Promise<Value> | undefined {
    return this.#value;
  }

  get(): Promise<Value> {
    if (this.#value) return this.#value;
    const made = this.#make();
    this.#value = made;
    made.catch(() => {
      if (this.#value === made) this.#value = undefined;
    });
    return made;
  }

  /** The next call makes a new value. Gives the one that is forgotten. */
  forget(): Promise<Value> | undefined {
    const value = this.#value;
    this.#value = undefined;
    return value;
  }
}

/** `Lazy` with one value per key. */
export class LazyMap<Key, Value> {
  readonly #entries: Lru<Lazy<Value>, Key>;

  /** @param most how many values are kept, the last used ones; by default all */
  constructor(most = Infinity) {
    this.#entries = new Lru(most);
  }

  get(key: Key, make: () => Promise<Value>): Promise<Value> {
    const known = this.#entries.get(key)?.current;
    if (known) return known;
    const entry = new Lazy(make);
    this.#entries.set(key, entry);
    return entry.get();
  }

  forget(key: Key): void {
    this.#entries.delete(key);
  }

  /** Forgets every value and gives those that were made or are being made. */
  clear(): Promise<Value>[] {
    const values = [...this.#entries.values()].flatMap(({ current }) => current ?? []);
    this.#entries.clear();
    return values;
  }
}
