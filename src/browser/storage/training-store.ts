import type { DBSchema, IDBPDatabase } from 'idb';
import { LabError } from '../../core/error.ts';
import type { MetricsRow } from '../../core/training/metrics-row.ts';
import { runStateSchema, type SavedRun } from '../../core/training/run-state.ts';
import type { Weights } from '../../core/training/trainer.ts';
import { openingFailed, storageError } from './database.ts';
import { openDatabase } from './open-database.ts';

/** The newest checkpoint of a run in the page. */
export interface StoredTraining extends SavedRun {
  name: string;
  /** The adapter of the best evaluation, where there was one. */
  best: Weights | null;
  rows: MetricsRow[];
  /** Updates of the whole run. */
  total: number;
  /** The run came to its end: by its plan or by early stopping. */
  ended: boolean;
  /** Milliseconds since 1970; templates print the first as today's date, also after an interruption. */
  startedAt: number;
  savedAt: number;
}

interface Schema extends DBSchema {
  runs: { key: string; value: StoredTraining };
}

let opening: Promise<IDBPDatabase<Schema>> | undefined;

function open(): Promise<IDBPDatabase<Schema>> {
  opening ??= openDatabase<Schema>('solace-training', 1, {
    upgrade: (database) => void database.createObjectStore('runs', { keyPath: 'name' }),
    terminated: () => (opening = undefined),
  }).catch((error: unknown) => {
    opening = undefined;
    return openingFailed(error);
  });
  return opening;
}

async function use<Result>(work: (database: IDBPDatabase<Schema>) => Promise<Result>): Promise<Result> {
  try {
    return await work(await open());
  } catch (error) {
    throw storageError(error, 'training runs');
  }
}

/** The latest first. All functions may reject with `quota` or `unsupported`. */
export const listTrainings = (): Promise<StoredTraining[]> =>
  use(async (database) => (await database.getAll('runs')).sort((a, b) => b.savedAt - a.savedAt));

/** @throws {LabError} `bad-file` for a record that no version of the lab wrote. */
export async function getTraining(name: string): Promise<StoredTraining | undefined> {
  const run = await use((database) => database.get('runs', name));
  if (run === undefined || runStateSchema.safeParse(run.state).success) return run;
  throw new LabError({
    code: 'bad-file',
    where: name,
    what: 'The checkpoint that this browser keeps is damaged.',
    todo: 'Start the run again with fresh: true.',
  });
}

export const putTraining = (run: StoredTraining): Promise<unknown> => use((database) => database.put('runs', run));

export const deleteTraining = (name: string): Promise<void> => use((database) => database.delete('runs', name));
