import { z } from 'zod';
import { parseJsonLines } from '../json-lines.ts';

const rowSchema = z.object({
  /** Updates made so far. */
  step: z.int().nonnegative(),
  /** Epochs, in fractions. */
  epoch: z.number().nonnegative(),
  /** Mean negative log-likelihood of a label in nats: of the update's batch, with dropout. */
  trainLoss: z.number().optional(),
  /** The same over the evaluation part, without dropout. */
  evalLoss: z.number().optional(),
  learningRate: z.number().optional(),
  /** Norm of the gradient before clipping. */
  gradNorm: z.number().optional(),
  tokensPerSecond: z.number().optional(),
});

/** A line of `metrics.jsonl`: one for each update, one for each evaluation. */
export type MetricsRow = z.infer<typeof rowSchema>;

/**
 * The rows of a `metrics.jsonl`. A last line that a killed run left unfinished is passed over.
 * @throws {LabError} `bad-data` that names the first line at fault.
 */
export const parseMetrics = (text: string, where: string): MetricsRow[] =>
  parseJsonLines(text, rowSchema, {
    code: 'bad-data',
    where,
    what: 'It is no row of metrics.',
    todo: 'Give a metrics.jsonl that the train command wrote.',
  });
