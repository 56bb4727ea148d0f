import { LabError } from '../error.ts';
import type { MetricsRow } from './metrics-row.ts';
import { dropoutKey } from './plan.ts';
import type { Batch } from './sequence.ts';
import type { AdapterTrainer } from './trainer.ts';

export interface UpdatePlace {
  /** Number of updates before this one. */
  update: number;
  rate: number;
  /** Seed of the run. */
  seed: number;
}

/**
 * One update from its passes. The gradient is of the mean loss over all their labels.
 * @throws {LabError} `bad-data` when the loss or the gradient is not a number, with the step and the dialogues.
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
    tokensPerSecond: Number(((1000 * tokens) / (performance.now() - start)).toFixed(1)),
  };
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
