import { z } from 'zod';
import type { MetricsRow } from './metrics-row.ts';
import type { Moments, Weights } from './trainer.ts';

export const runStateSchema = z.object({
  version: z.literal(1),
  /** Number of updates in total, and in the current epoch. */
  update: z.int().nonnegative(),
  epoch: z.int().nonnegative(),
  updateInEpoch: z.int().nonnegative(),
  /** Fingerprint of data and settings, which must match to resume a run. */
  fingerprint: z.string(),
  best: z.object({ loss: z.number(), update: z.int() }).nullable(),
  /** Number of evaluations since the best one. */
  stale: z.int().nonnegative(),
});
/** The state of a run. */
export type RunState = z.infer<typeof runStateSchema>;

/** The state of a run before its first update. */
export function newRun(fingerprint: string): RunState {
  return { version: 1, update: 0, epoch: 0, updateInEpoch: 0, fingerprint, best: null, stale: 0 };
}

/** The saved state from which a run resumes. */
export interface SavedRun {
  state: RunState;
  adapter: Weights;
  moments: Moments;
}

/** Stores the results of a run. Each call is awaited before the run continues. */
export interface RunStore {
  /** After each update and each evaluation. */
  append(row: MetricsRow, state: RunState): Promise<void>;
  /** After an evaluation that is better than all before it. */
  saveBest(state: RunState): Promise<void>;
  saveCheckpoint(state: RunState): Promise<void>;
}
