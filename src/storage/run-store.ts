import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { Ratings } from '../judge/side-by-side.ts';
import type { EvaluationPlan } from '../response/plan.ts';
import { recordKey, type ResultRecord } from '../response/record.ts';
import { storageError } from './database.ts';

export const RUN_DATABASE = 'solace-lab-runs';

/** An evaluation run as it lies in this browser. */
export interface StoredRun {
  id: string;
  plan: EvaluationPlan;
  /** Records that the plan asks for. */
  total: number;
  /** Milliseconds since the epoch. */
  createdAt: number;
}

/** Every record under its run and key: what was done twice is there once. */
interface RunSchema extends DBSchema {
  runs: { key: string; value: StoredRun };
  records: { key: [run: string, key: string]; value: ResultRecord };
  /** What people preferred: one entry for each rater of a comparison. */
  ratings: { key: [run: string, first: string, second: string, rater: string]; value: Ratings };
}

const recordsOf = (run: string): IDBKeyRange => IDBKeyRange.bound([run], [run, []]);

/**
 * Evaluation runs in IndexedDB, apart from conversations: deleting the one leaves the other.
 * Every method throws LabError `quota` when the browser's allowance is used up, `unsupported` without storage.
 */
export class RunStore {
  readonly #name: string;
  #opening: Promise<IDBPDatabase<RunSchema>> | undefined;

  constructor(name = RUN_DATABASE) {
    this.#name = name;
  }

  create(run: StoredRun, records: readonly ResultRecord[] = []): Promise<void> {
    return this.#use(async (database) => {
      const transaction = database.transaction(['runs', 'records'], 'readwrite');
      const writes = [
        transaction.objectStore('runs').put(run),
        ...records.map((record) => transaction.objectStore('records').put(record, [run.id, recordKey(record)])),
      ];
      // Failures of single writes abort the transaction, which is what is thrown.
      void Promise.allSettled(writes);
      await transaction.done;
    });
  }

  /** The latest first, each with the number of its records. */
  list(): Promise<{ run: StoredRun; done: number }[]> {
    return this.#use(async (database) => {
      const runs = await database.getAll('runs');
      runs.sort((a, b) => b.createdAt - a.createdAt);
      return Promise.all(runs.map(async (run) => ({ run, done: await database.count('records', recordsOf(run.id)) })));
    });
  }

  get(id: string): Promise<StoredRun | undefined> {
    return this.#use((database) => database.get('runs', id));
  }

  records(id: string): Promise<ResultRecord[]> {
    return this.#use((database) => database.getAll('records', recordsOf(id)));
  }

  append(id: string, record: ResultRecord): Promise<void> {
    return this.#use(async (database) => void (await database.put('records', record, [id, recordKey(record)])));
  }

  remove(id: string): Promise<void> {
    return this.#use(async (database) => {
      const transaction = database.transaction(['runs', 'records', 'ratings'], 'readwrite');
      await Promise.all([
        transaction.objectStore('runs').delete(id),
        transaction.objectStore('records').delete(recordsOf(id)),
        transaction.objectStore('ratings').delete(recordsOf(id)),
        transaction.done,
      ]);
    });
  }

  /** All raters' ratings of a comparison. */
  ratings(id: string, first: string, second: string): Promise<Ratings[]> {
    return this.#use((database) => database.getAll('ratings', IDBKeyRange.bound([id, first, second], [id, first, second, []])));
  }

  saveRatings(id: string, ratings: Ratings): Promise<void> {
    return this.#use(async (database) => void (await database.put('ratings', ratings, [id, ratings.first, ratings.second, ratings.rater])));
  }

  async close(): Promise<void> {
    const opening = this.#opening;
    this.#opening = undefined;
    (await opening)?.close();
  }

  async #use<Result>(work: (database: IDBPDatabase<RunSchema>) => Promise<Result>): Promise<Result> {
    try {
      this.#opening ??= this.#open();
      return await work(await this.#opening);
    } catch (error) {
      throw storageError(error, 'runs');
    }
  }

  #open(): Promise<IDBPDatabase<RunSchema>> {
    const opening = openDB<RunSchema>(this.#name, 1, {
      upgrade(database) {
        database.createObjectStore('runs', { keyPath: 'id' });
        database.createObjectStore('records');
        database.createObjectStore('ratings');
      },
      blocking: () => void this.close(),
      terminated: () => (this.#opening = undefined),
    });
    opening.catch(() => (this.#opening = undefined));
    return opening;
  }
}
