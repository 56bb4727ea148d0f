import { randomStream } from '../random/sfc32.ts';
import { shuffle } from '../random/random.ts';
import type { Schedule, ScheduleName } from './schedule.ts';
import { pack, type Batch, type Sequence } from './sequence.ts';

export interface PlanOptions {
  seed: number;
  batchSequences: number;
  batchTokens: number;
  /** Number of passes per update. */
  accumulate: number;
}

/** Purposes of a run's random streams; the first number after the seed. */
const PURPOSE = { order: 1, dropout: 2, adapter: 3 } as const;

/** The passes of one epoch, grouped into updates. The same seed and epoch give the same plan. */
export function planEpoch(sequences: readonly Sequence[], epoch: number, options: PlanOptions): Batch[][] {
  const order = shuffle(sequences, randomStream(options.seed, PURPOSE.order, epoch));
  const batches = pack(order, { maxSequences: options.batchSequences, maxTokens: options.batchTokens });
  const updates: Batch[][] = [];
  for (let i = 0; i < batches.length; i += options.accumulate) updates.push(batches.slice(i, i + options.accumulate));
  return updates;
}

export interface RunLength {
  epochs: number;
  maxSteps?: number | undefined;
  schedule: ScheduleName;
  learningRate: number;
  /** Share of all updates over which the rate rises. */
  warmupShare: number;
}

/** The updates of each epoch and the schedule over all of them; warm-up is rounded up, as in Transformers. */
export function planRun(
  sequences: readonly Sequence[],
  plan: PlanOptions,
  length: RunLength,
): { epochs: number[]; schedule: Schedule } {
  const epochs = Array.from({ length: length.epochs }, (_, epoch) => planEpoch(sequences, epoch, plan).length);
  const total = Math.min(
    epochs.reduce((a, b) => a + b, 0),
    length.maxSteps ?? Infinity,
  );
  return {
    epochs,
    schedule: {
      name: length.schedule,
      rate: length.learningRate,
      warmup: Math.ceil(length.warmupShare * total),
      total,
    },
  };
}

/** The key of a pass's dropout stream. */
export function dropoutKey(seed: number, update: number, pass: number): number[] {
  return [seed, PURPOSE.dropout, update, pass];
}

/** The random stream of a run's initial adapter. */
export function adapterStream(seed: number): () => number {
  return randomStream(seed, PURPOSE.adapter);
}
