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
  /** Sequences that are not trained on; the loss on them is measured at the end of each epoch. */
  heldOut?: readonly Sequence[] | undefined;
  /** Updates between further evaluations. */
  evalEvery?: number | undefined;
  /** Updates between checkpoints; the end of each epoch has one as well. */
  saveEvery: number;
  /** The run ends after this many evaluations without a better loss. */
  patience?: number | undefined;
  /** Where the run stands: new, or as its last checkpoint left it. The trainer stands there, too. */
  state: RunState;
  store: RunStore;
  /** Ends the run after the update that is under way, with a checkpoint. */
  signal?: AbortSignal | undefined;
}

/** What happened, after it was stored. `total` is the number of updates of the whole run. */
export type LoopEvent =
  | { type: 'update'; row: MetricsRow; total: number }
  | { type: 'evaluation'; row: MetricsRow; total: number; /** No evaluation before was as good. */ best: boolean }
  | { type: 'checkpoint'; update: number; total: number };

export interface LoopResult {
  updates: number;
  best: RunState['best'];
  reason: 'finished' | 'no-better' | 'stopped';
}

/**
 * Trains until the end of the plan, early stopping or cancellation. A run that is resumed from a checkpoint computes
 * what it would have computed without the interruption.
 * @throws {LabError} `bad-data` when the loss is not a number, with the step and the dialogues of its batch; what the
 * store throws.
 */
export async function* trainingLoop(
  trainer: AdapterTrainer,
  sequences: readonly Sequence[],
  options: LoopOptions,
): AsyncGenerator<LoopEvent, LoopResult> {
  const { plan, length, heldOut = [], evalEvery, saveEvery, patience, store, signal } = options;
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
      // Where the runtime computes on this thread, a request to stop is heard only now.
      await nextTask();
      if (!signal?.aborted) continue;
      if (!due) yield await checkpoint();
      return { updates: state.update, best: state.best, reason: 'stopped' };
    }
    if (state.updateInEpoch >= updates.length) [state.epoch, state.updateInEpoch] = [state.epoch + 1, 0];
  }
  return { updates: state.update, best: state.best, reason: exhausted() ? 'no-better' : 'finished' };

  async function evaluate(): Promise<LoopEvent> {
    const { loss } = await meanLoss(heldOut, (batch) => trainer.evaluate(batch));
    const row = rowOf({ evalLoss: loss });
    await store.append(row, { ...state });
    const best = state.best === null || loss < state.best.loss;
    if (best) [state.best, state.stale] = [{ loss, update: state.update }, 0];
    else state.stale++;
    if (best) await store.saveBest({ ...state });
    return { type: 'evaluation', row, total, best };
  }
}
