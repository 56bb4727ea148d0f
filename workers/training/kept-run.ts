import { getTraining, putTraining, type StoredTraining } from '../../src/browser/storage/training-store.ts';
import { LabError } from '../../src/core/error.ts';
import type { MetricsRow } from '../../src/core/training/metrics-row.ts';
import type { RunState, RunStore } from '../../src/core/training/run-state.ts';
import type { AdapterTrainer, Weights } from '../../src/core/training/trainer.ts';

/** The run that is kept under a name; undefined where there is none, or a new one is wanted. */
export async function savedRun(name: string | undefined, fresh: boolean): Promise<StoredTraining | undefined> {
  return name === undefined || fresh ? undefined : getTraining(name);
}

/** @throws {LabError} `bad-config` when the run that is kept was made of other data or settings. */
export function checkFingerprint({ name, state }: StoredTraining, fingerprint: string): void {
  if (state.fingerprint === fingerprint) return;
  throw new LabError({
    code: 'bad-config',
    where: name,
    what: 'The run that this browser keeps under this name has other data or settings.',
    todo: 'Restore them, give another name (keep), or replace the run with fresh: true.',
  });
}

/**
 * Does `work` while no other tab trains under the same name.
 * @throws {LabError} `busy` when one does.
 */
export async function alone<Result>(name: string | undefined, work: () => Promise<Result>): Promise<Result> {
  // Pages that are not served securely have no locks.
  if (name === undefined || !('locks' in navigator)) return work();
  return navigator.locks.request(`solace-training ${name}`, { ifAvailable: true }, (lock) => {
    if (lock) return work();
    throw new LabError({
      code: 'busy',
      where: name,
      what: 'Another tab trains under this name.',
      todo: 'Wait for it, or give another name (keep).',
    });
  });
}

/** What a run in the page has made, in memory and, where it has a name, in this browser's storage. */
export class KeptRun implements RunStore {
  readonly rows: MetricsRow[];
  best: Weights | null;
  readonly #trainer: AdapterTrainer;
  readonly #kept: { name: string; total: number; startedAt: number } | undefined;
  #last: StoredTraining | undefined;

  constructor(
    trainer: AdapterTrainer,
    saved: StoredTraining | undefined,
    kept: { name: string; total: number; startedAt: number } | undefined,
  ) {
    this.#trainer = trainer;
    this.#kept = kept;
    this.#last = saved;
    this.rows = [...(saved?.rows ?? [])];
    this.best = saved?.best ?? null;
  }

  async append(row: MetricsRow): Promise<void> {
    this.rows.push(row);
  }

  async saveBest(): Promise<void> {
    this.best = await this.#trainer.adapter();
  }

  async saveCheckpoint(state: RunState): Promise<void> {
    if (!this.#kept) return;
    this.#last = {
      ...this.#kept,
      state,
      adapter: await this.#trainer.adapter(),
      moments: await this.#trainer.moments(),
      best: this.best,
      rows: this.rows,
      ended: false,
      savedAt: Date.now(),
    };
    await putTraining(this.#last);
  }

  /** Marks the run as one that came to its end. */
  async end(): Promise<void> {
    if (this.#kept && this.#last && !this.#last.ended) await putTraining({ ...this.#last, ended: true });
  }
}
