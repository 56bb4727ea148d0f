import type { DBSchema, IDBPDatabase } from 'idb';
import type { RunJudge, RunVerdict } from '../../core/judge/run-verdict.ts';
import type { Ratings } from '../../core/judge/side-by-side.ts';
import { asStored, type EvaluationPlan } from '../../core/evaluation/plan.ts';
import { recordKey, type ResultRecord } from '../../core/evaluation/record.ts';
import { keysUnder, StoredDatabase } from './stored-database.ts';

const RUN_DATABASE = 'solace-lab-runs';

/** An evaluation run as stored in this browser. */
export interface StoredRun {
  id: string;
  plan: EvaluationPlan;
  /** Number of records that the plan asks for. */
  total: number;
  /** Milliseconds since the epoch. */
  createdAt: number;
  /** When it was started first, in milliseconds since the epoch. Absent until then, and in runs of older versions. */
  startedAt?: number;
}

/** Updates a stored run, whose plan may be older than some fields. */
const current = (run: StoredRun): StoredRun => ({ ...run, plan: asStored(run.plan) });

/** Judges' verdicts on a run's replies. */
export interface RunJudging {
  judges: readonly RunJudge[];
  verdicts: readonly RunVerdict[];
}

/** Every record and verdict under its run and key, which makes writes idempotent. */
interface RunSchema extends DBSchema {
  runs: { key: string; value: StoredRun };
  records: { key: [run: string, key: string]; value: ResultRecord };
  /** Human preferences: one entry per rater of a comparison. */
  ratings: { key: [run: string, first: string, second: string, rater: string]; value: Ratings };
  judges: { key: [run: string, judge: string]; value: RunJudge };
  verdicts: { key: VerdictKey; value: RunVerdict };
}

type VerdictKey = [run: string, judge: string, record: string, round: number];
const keyOf = (run: string, verdict: RunVerdict): VerdictKey => [run, verdict.judge, recordKey(verdict), verdict.round];

/** Entry n migrates a database from version n to version n + 1. Never change one that was released; add another. */
const MIGRATIONS: readonly ((database: IDBPDatabase<RunSchema>) => void)[] = [
  (database) => {
    database.createObjectStore('runs', { keyPath: 'id' });
    database.createObjectStore('records');
    database.createObjectStore('ratings');
  },
  (database) => {
    database.createObjectStore('judges');
    database.createObjectStore('verdicts');
  },
];

/**
 * Evaluation runs in IndexedDB, separate from conversations: deleting one keeps the other. Every method throws LabError
 * `quota` when the browser's allowance is used up, `unsupported` without storage.
 */
export class RunStore {
  readonly #database: StoredDatabase<RunSchema>;

  constructor(name = RUN_DATABASE) {
    this.#database = new StoredDatabase(name, MIGRATIONS.length, 'runs', (database, from) => {
      for (const migrate of MIGRATIONS.slice(from)) migrate(database);
    });
  }

  create(
    run: StoredRun,
    records: readonly ResultRecord[] = [],
    { judges, verdicts }: RunJudging = { judges: [], verdicts: [] },
  ): Promise<void> {
    return this.#database.use(async (database) => {
      const transaction = database.transaction(['runs', 'records', 'judges', 'verdicts'], 'readwrite');
      const writes = [
        transaction.objectStore('runs').put(run),
        ...records.map((record) => transaction.objectStore('records').put(record, [run.id, recordKey(record)])),
        ...judges.map((judge) => transaction.objectStore('judges').put(judge, [run.id, judge.id])),
        ...verdicts.map((verdict) => transaction.objectStore('verdicts').put(verdict, keyOf(run.id, verdict))),
      ];
      // Failures of single writes abort the transaction, whose error is thrown.
      void Promise.allSettled(writes);
      await transaction.done;
    });
  }

  /** Latest first, each with its number of records. */
  list(): Promise<{ run: StoredRun; done: number }[]> {
    return this.#database.use(async (database) => {
      const runs = await database.getAll('runs');
      runs.sort((a, b) => b.createdAt - a.createdAt);
      return Promise.all(
        runs.map(async (run) => ({ run: current(run), done: await database.count('records', keysUnder(run.id)) })),
      );
    });
  }

  get(id: string): Promise<StoredRun | undefined> {
    return this.#database.use(async (database) => {
      const run = await database.get('runs', id);
      return run && current(run);
    });
  }

  /** Notes when a run was first started; later starts do not change it. */
  begin(id: string, startedAt: number): Promise<void> {
    return this.#database.use(async (database) => {
      const transaction = database.transaction('runs', 'readwrite');
      const run = await transaction.store.get(id);
      if (run && run.startedAt === undefined) await transaction.store.put({ ...run, startedAt });
      await transaction.done;
    });
  }

  records(id: string): Promise<ResultRecord[]> {
    return this.#database.use((database) => database.getAll('records', keysUnder(id)));
  }

  /** The keys of a run's records, without the records; see `recordKey`. */
  recordKeys(id: string): Promise<string[]> {
    return this.#database.use(async (database) =>
      (await database.getAllKeys('records', keysUnder(id))).map(([, key]) => key),
    );
  }

  append(id: string, record: ResultRecord): Promise<void> {
    return this.#database.use(
      async (database) => void (await database.put('records', record, [id, recordKey(record)])),
    );
  }

  remove(id: string): Promise<void> {
    return this.#database.use(async (database) => {
      const parts = ['records', 'ratings', 'judges', 'verdicts'] as const;
      const transaction = database.transaction(['runs', ...parts], 'readwrite');
      await Promise.all([
        transaction.objectStore('runs').delete(id),
        ...parts.map((part) => transaction.objectStore(part).delete(keysUnder(id))),
        transaction.done,
      ]);
    });
  }

  /** All raters' ratings of a comparison. */
  ratings(id: string, first: string, second: string): Promise<Ratings[]> {
    return this.#database.use((database) => database.getAll('ratings', keysUnder(id, first, second)));
  }

  saveRatings(id: string, ratings: Ratings): Promise<void> {
    return this.#database.use(
      async (database) =>
        void (await database.put('ratings', ratings, [id, ratings.first, ratings.second, ratings.rater])),
    );
  }

  /** The judges of a run. */
  judges(id: string): Promise<RunJudge[]> {
    return this.#database.use((database) => database.getAll('judges', keysUnder(id)));
  }

  saveJudge(id: string, judge: RunJudge): Promise<void> {
    return this.#database.use(async (database) => void (await database.put('judges', judge, [id, judge.id])));
  }

  /** The verdicts on a run's replies: of one judge, or of all. */
  verdicts(id: string, judge?: string): Promise<RunVerdict[]> {
    return this.#database.use((database) =>
      database.getAll('verdicts', judge === undefined ? keysUnder(id) : keysUnder(id, judge)),
    );
  }

  countVerdicts(id: string, judge: string): Promise<number> {
    return this.#database.use((database) => database.count('verdicts', keysUnder(id, judge)));
  }

  appendVerdict(id: string, verdict: RunVerdict): Promise<void> {
    return this.#database.use(async (database) => void (await database.put('verdicts', verdict, keyOf(id, verdict))));
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}
