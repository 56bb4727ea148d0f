import type { DBSchema, IDBPDatabase, OpenDBCallbacks } from 'idb';
import { Lazy } from '../../core/async/memoised.ts';
import { openDatabase } from './open-database.ts';
import { openingFailed, storageError, type StoredThings } from './storage-errors.ts';

/** The range of keys that begin with these parts: arrays sort behind all strings and numbers in IndexedDB. */
export const keysUnder = (...parts: string[]): IDBKeyRange => IDBKeyRange.bound(parts, [...parts, []]);

/** A database of this browser: opened when it is first used, and again after the browser or another tab closed it. */
export class StoredDatabase<Schema extends DBSchema> {
  readonly #opening: Lazy<IDBPDatabase<Schema>>;
  readonly #things: StoredThings;

  /** `things` is what a person calls what is kept there. */
  constructor(
    name: string,
    version: number,
    things: StoredThings,
    upgrade: NonNullable<OpenDBCallbacks<Schema>['upgrade']>,
  ) {
    this.#things = things;
    this.#opening = new Lazy(() =>
      openDatabase<Schema>(name, version, {
        upgrade,
        // Another tab runs a newer lab: make way, this tab reopens when it needs to.
        blocking: () => void this.close(),
        terminated: () => void this.#opening.forget(),
      }).catch(openingFailed),
    );
  }

  /**
   * Runs `work` on the open database.
   * @throws {LabError} `quota` when the disk or the browser's allowance is full, `unsupported` when the browser has no
   * storage or a newer lab wrote it, `io` for anything else that fails.
   */
  async use<Result>(work: (database: IDBPDatabase<Schema>) => Promise<Result>): Promise<Result> {
    try {
      return await work(await this.#opening.get());
    } catch (error) {
      throw storageError(error, this.#things);
    }
  }

  async close(): Promise<void> {
    (await this.#opening.forget())?.close();
  }
}
