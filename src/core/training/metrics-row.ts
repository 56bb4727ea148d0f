import { z } from 'zod';
import { parseJsonLines } from '../json-lines.ts';

const rowSchema = z.object({
  /** Number of updates so far. */
  step: z.int().nonnegative(),
  /** Epochs so far, with a fraction. */
  epoch: z.number().nonnegative(),
  /** Mean negative log-likelihood of a label in nats: of the update's batch, with dropout. */
  trainLoss: z.number().optional(),
  /** The same over the held-out part, without dropout. */
  evalLoss: z.number().optional(),
  /** The same over dialogues of another dataset. */
  transferLoss: z.number().optional(),
  learningRate: z.number().optional(),
  /** Norm of the gradient before clipping. */
  gradNorm: z.number().optional(),
  tokensPerSecond: z.number().optional(),
});

/** A line of `metrics.jsonl`: one per update and one per evaluation. */
export type MetricsRow = z.infer<typeof rowSchema>;

/**
 * The rows of a `metrics.jsonl`. An unfinished last line of a killed run is ignored.
 * @throws {LabError} `bad-data` naming the first line at fault.
 */
export const parseMetrics = (text: string, where: string): MetricsRow[] =>
  parseJsonLines(text, rowSchema, {
    code: 'bad-data',
    where,
    what: 'It is no row of metrics.',
    todo: 'Give a metrics.jsonl that the train command wrote.',
  });
