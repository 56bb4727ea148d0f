import type { DBSchema } from 'idb';
import { LabError } from '../../core/error.ts';
import type { MetricsRow } from '../../core/training/metrics-row.ts';
import { runStateSchema, type SavedRun } from '../../core/training/run-state.ts';
import type { Weights } from '../../core/training/trainer.ts';
import { StoredDatabase } from './stored-database.ts';

/** The newest checkpoint of a run in the page. */
export interface StoredTraining extends SavedRun {
  name: string;
  /** The adapter of the best evaluation, if any. */
  best: Weights | null;
  rows: MetricsRow[];
  /** Number of updates in the whole run. */
  total: number;
  /** Whether the run has finished, by its plan or by early stopping. */
  ended: boolean;
  /** Milliseconds since 1970; templates print the first as today's date, also after an interruption. */
  startedAt: number;
  savedAt: number;
}

interface Schema extends DBSchema {
  runs: { key: string; value: StoredTraining };
}

const store = new StoredDatabase<Schema>('solace-training', 1, 'training runs', (database) => {
  database.createObjectStore('runs', { keyPath: 'name' });
});

/** Latest first. All functions may reject with `quota` or `unsupported`. */
export const listTrainings = (): Promise<StoredTraining[]> =>
  store.use(async (database) => (await database.getAll('runs')).sort((a, b) => b.savedAt - a.savedAt));

/** @throws {LabError} `bad-file` for a record that no version of the lab wrote. */
export async function getTraining(name: string): Promise<StoredTraining | undefined> {
  const run = await store.use((database) => database.get('runs', name));
  if (run === undefined || runStateSchema.safeParse(run.state).success) return run;
  throw new LabError({
    code: 'bad-file',
    where: name,
    what: 'The checkpoint stored in this browser is damaged.',
    todo: 'Start the run again with fresh: true.',
  });
}

export const putTraining = (run: StoredTraining): Promise<unknown> =>
  store.use((database) => database.put('runs', run));

export const deleteTraining = (name: string): Promise<void> => store.use((database) => database.delete('runs', name));
