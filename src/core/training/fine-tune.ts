import { LabError } from '../error.ts';
import { nextTask } from '../async/next-task.ts';
import type { MetricsRow } from './metrics-row.ts';
import { dropoutKey, planEpoch, planRun, type PlanOptions, type RunLength } from './plan.ts';
import { learningRate } from './schedule.ts';
import type { Batch, Sequence } from './sequence.ts';
import type { AdapterTrainer } from './trainer.ts';

export interface UpdatePlace {
  /** Updates made before this one. */
  update: number;
  rate: number;
  /** Seed of the run. */
  seed: number;
}

/**
 * One update from its passes. The gradient is that of the mean loss over all their labels.
 * @throws {LabError} bad-data when the loss or the gradient is no number any more, with the step and the dialogues.
 */
export async function makeUpdate(
  trainer: AdapterTrainer,
  batches: readonly Batch[],
  { update, rate, seed }: UpdatePlace,
): Promise<Omit<MetricsRow, 'step' | 'epoch'>> {
  const start = performance.now();
  const labels = batches.reduce((sum, batch) => sum + batch.labels, 0);
  let loss = 0;
  for (const [pass, batch] of batches.entries())
    loss += (await trainer.accumulate(batch, 1 / labels, dropoutKey(seed, update, pass))).sum;
  if (!Number.isFinite(loss)) throw diverged(`The loss became ${loss}`, update, batches);
  const gradNorm = await trainer.update(rate);
  if (!Number.isFinite(gradNorm)) throw diverged(`The gradient's norm became ${gradNorm}`, update, batches);
  const tokens = batches.reduce((sum, batch) => sum + batch.tokens, 0);
  return {
    trainLoss: loss / labels,
    learningRate: rate,
    gradNorm,
    tokensPerSecond: rounded((1000 * tokens) / (performance.now() - start), 1),
  };
}

export interface FineTuneOptions {
  plan: PlanOptions;
  length: RunLength;
  onRow?: (row: MetricsRow, total: number) => void;
  /** Ends after the update that is under way; what was learnt until then is kept. */
  signal?: AbortSignal;
}

/**
 * Runs through the sequences as planned, without checkpoints and evaluation, and returns a row for each update made.
 */
export async function fineTune(
  trainer: AdapterTrainer,
  sequences: readonly Sequence[],
  { plan, length, onRow, signal }: FineTuneOptions,
): Promise<MetricsRow[]> {
  const { epochs, schedule } = planRun(sequences, plan, length);
  const rows: MetricsRow[] = [];
  for (let epoch = 0; epoch < epochs.length; epoch++) {
    for (const [i, batches] of planEpoch(sequences, epoch, plan).entries()) {
      if (rows.length >= schedule.total || signal?.aborted) return rows;
      const made = await makeUpdate(trainer, batches, {
        update: rows.length,
        rate: learningRate(schedule, rows.length),
        seed: plan.seed,
      });
      const row = { step: rows.length + 1, epoch: rounded(epoch + (i + 1) / (epochs[epoch] ?? 1), 4), ...made };
      rows.push(row);
      onRow?.(row, schedule.total);
      // Where the runtime computes on this thread, a wish to stop is heard only now.
      await nextTask();
    }
  }
  return rows;
}

function diverged(what: string, update: number, batches: readonly Batch[]): LabError {
  const ids = batches.flatMap(({ sequences }) => sequences.map(({ id }) => id)).join(', ');
  return new LabError({
    code: 'bad-data',
    where: `step ${update + 1}, ${ids}`,
    what: `${what}; nothing was saved since the last checkpoint.`,
    todo: 'Lower the learning rate, or look at these dialogues.',
  });
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
