import { nextTask } from '../async/next-task.ts';
import { meanLoss } from './forward-pass.ts';
import type { MetricsRow } from './metrics-row.ts';
import { planEpoch, planRun, type PlanOptions, type RunLength } from './plan.ts';
import type { RunState, RunStore } from './run-state.ts';
import { learningRate } from './schedule.ts';
import type { Sequence } from './sequence.ts';
import type { AdapterTrainer } from './trainer.ts';
import { makeUpdate } from './update.ts';

export interface LoopOptions {
  plan: PlanOptions;
  length: RunLength;
  /** Held-out sequences; their loss is measured at the end of each epoch. */
  heldOut?: readonly Sequence[] | undefined;
  /** Sequences of another dataset; their loss is measured with that of `heldOut`, and decides nothing. */
  transfer?: readonly Sequence[] | undefined;
  /** Updates between additional evaluations. */
  evalEvery?: number | undefined;
  /** Updates between checkpoints; there is also one at the end of each epoch. */
  saveEvery: number;
  /** Early stopping after this many evaluations without a better loss. */
  patience?: number | undefined;
  /** The state of the run: new, or of its last checkpoint. The trainer must be in the same state. */
  state: RunState;
  store: RunStore;
  /** Ends the run with a checkpoint after the current update. */
  signal?: AbortSignal | undefined;
}

/** An event, reported after it was stored. `total` is the number of updates of the whole run. */
export type LoopEvent =
  | { type: 'update'; row: MetricsRow; total: number }
  | { type: 'evaluation'; row: MetricsRow; total: number; /** Better than all earlier evaluations. */ best: boolean }
  | { type: 'checkpoint'; update: number; total: number };

export interface LoopResult {
  updates: number;
  best: RunState['best'];
  reason: 'finished' | 'no-better' | 'stopped';
}

/**
 * Trains until the end of the plan, early stopping or cancellation. A run resumed from a checkpoint computes the same
 * as without the interruption.
 * @throws {LabError} `bad-data` when the loss is not a number, with the step and the dialogues of its batch; what the
 * store throws.
 */
export async function* trainingLoop(
  trainer: AdapterTrainer,
  sequences: readonly Sequence[],
  options: LoopOptions,
): AsyncGenerator<LoopEvent, LoopResult> {
  const { plan, length, heldOut = [], transfer = [], evalEvery, saveEvery, patience, store, signal } = options;
  const { epochs, schedule } = planRun(sequences, plan, length);
  const { total } = schedule;
  const state = { ...options.state };
  const exhausted = (): boolean => patience !== undefined && state.stale >= patience;
  const over = (): boolean => state.update >= total || exhausted();
  const every = (updates: number | undefined): boolean => updates !== undefined && state.update % updates === 0;
  const rowOf = (measured: Omit<MetricsRow, 'step' | 'epoch'>): MetricsRow => ({
    step: state.update,
    epoch: Number((state.epoch + state.updateInEpoch / Math.max(1, epochs[state.epoch] ?? 1)).toFixed(4)),
    ...measured,
  });
  const checkpoint = async (): Promise<LoopEvent> => {
    await store.saveCheckpoint({ ...state });
    return { type: 'checkpoint', update: state.update, total };
  };

  while (state.epoch < epochs.length && !over()) {
    const updates = planEpoch(sequences, state.epoch, plan);
    while (state.updateInEpoch < updates.length && !over()) {
      const measured = await makeUpdate(trainer, updates[state.updateInEpoch] ?? [], {
        update: state.update,
        rate: learningRate(schedule, state.update),
        seed: plan.seed,
      });
      state.update++;
      state.updateInEpoch++;
      const row = rowOf(measured);
      await store.append(row, { ...state });
      yield { type: 'update', row, total };
      const endOfEpoch = state.updateInEpoch === updates.length || state.update === total;
      if (heldOut.length > 0 && (endOfEpoch || every(evalEvery))) yield await evaluate();
      const due = endOfEpoch || every(saveEvery) || exhausted();
      if (due) yield await checkpoint();
      // If the runtime computes on this thread, a request to stop arrives only now.
      await nextTask();
      if (!signal?.aborted) continue;
      if (!due) yield await checkpoint();
      return { updates: state.update, best: state.best, reason: 'stopped' };
    }
    if (state.updateInEpoch >= updates.length) [state.epoch, state.updateInEpoch] = [state.epoch + 1, 0];
  }
  return { updates: state.update, best: state.best, reason: exhausted() ? 'no-better' : 'finished' };

  async function evaluate(): Promise<LoopEvent> {
    const lossOf = (part: readonly Sequence[]) => meanLoss(part, (batch) => trainer.evaluate(batch));
    const { loss } = await lossOf(heldOut);
    const transferred = transfer.length > 0 ? { transferLoss: (await lossOf(transfer)).loss } : {};
    const row = rowOf({ evalLoss: loss, ...transferred });
    await store.append(row, { ...state });
    const best = state.best === null || loss < state.best.loss;
    if (best) [state.best, state.stale] = [{ loss, update: state.update }, 0];
    else state.stale++;
    if (best) await store.saveBest({ ...state });
    return { type: 'evaluation', row, total, best };
  }
}
