import { z } from 'zod';
import { LabError } from '../error.ts';

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
export function parseMetrics(text: string, where: string): MetricsRow[] {
  const lines = text.split('\n');
  const torn = lines.pop() ?? '';
  const rows = lines.flatMap((line, i) => (line.trim() === '' ? [] : [parseRow(line, `${where} line ${i + 1}`)]));
  try {
    if (torn.trim() !== '') rows.push(parseRow(torn, where));
  } catch {
    // The run was killed while it wrote this line.
  }
  return rows;
}

function parseRow(line: string, where: string): MetricsRow {
  const failure = { code: 'bad-data', where, todo: 'Give a metrics.jsonl that the train command wrote.' } as const;
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch (error) {
    throw LabError.from(error, { ...failure, what: 'It is not valid JSON' });
  }
  const parsed = rowSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new LabError({ ...failure, what: z.prettifyError(parsed.error) });
}
