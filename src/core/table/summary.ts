import { z } from 'zod';
import { provenanceSchema } from '../evaluation/provenance.ts';
import { FINDINGS } from '../statistics/describe-test.ts';
import type { Interval } from '../statistics/resampling.ts';

export const SUMMARY_FORMAT = 'solace-lab-summary';

/**
 * A value with its 95 % interval over dialogues: the bootstrap's (bias-corrected and accelerated; percentiles in older
 * summaries), for distinct-n the jackknife's. No limits if there can be no interval: with fewer than five dialogues, or
 * if every resample gives the same value.
 */
const intervalSchema = z.object({
  value: z.number(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  n: z.int(),
});
const metricSchema = intervalSchema.extend({
  /** The value divided by that of the same model's baseline (see `baselineOf`), on common turns; absent without one. */
  ratio: intervalSchema.optional(),
});

const testSchema = z.object({
  metric: z.string(),
  a: z.object({ model: z.string(), representation: z.string() }),
  b: z.object({ model: z.string(), representation: z.string() }),
  difference: intervalSchema,
  /** Two-sided, by a permutation test over dialogues. */
  p: z.number(),
  /** The same after Holm's correction over all tests of the summary; absent in older summaries. */
  adjusted: z.number().optional(),
  /** What A is compared with B, by interval and corrected test; see `Finding`. Absent in older summaries. */
  finding: z.enum(FINDINGS).optional(),
  words: z.string(),
});

/**
 * The numbers of an evaluation run, without any text of the dataset or a model, so that it may be published. Version 1
 * of `summary.json`.
 */
export const summarySchema = z.object({
  format: z.literal(SUMMARY_FORMAT),
  version: z.literal(1),
  /** The plan as run. */
  plan: z.unknown(),
  /** The machine, as a description. */
  machine: z.string(),
  finished: z.boolean(),
  records: z.int(),
  failed: z.int(),
  dialogues: z.int(),
  turns: z.int(),
  /** Total seconds of replying and scoring. */
  seconds: z.number(),
  cells: z.array(
    z.object({
      model: z.string(),
      representation: z.string(),
      records: z.int(),
      replies: z.int(),
      /** By metric name, including `perplexity` and `promptTokens`. */
      metrics: z.record(z.string(), metricSchema),
      tokensPerSecond: z.number().nullable(),
    }),
  ),
  tests: z.array(testSchema),
  /** What made the records, with how many each; absent in older summaries. */
  provenance: z
    .array(provenanceSchema.extend({ id: z.string(), models: z.array(z.string()), records: z.int() }))
    .optional(),
  /** What changes without the references that speak of the crowd-workers' task; absent without any. */
  taskTalk: z
    .object({
      turns: z.int(),
      of: z.int(),
      /** Largest relative change of a tested measure. */
      movement: z.number(),
      /** The findings that change, as sentences. */
      changed: z.array(z.string()),
      /** The tests that those sentences describe; absent in older summaries. */
      tests: z.array(testSchema).optional(),
      words: z.string(),
    })
    .optional(),
  /** The judge of the replies; absent if there is none. */
  judge: z
    .object({
      /** The model's id. */
      id: z.string(),
      name: z.string(),
      /** How often each reply is judged. */
      rounds: z.int(),
      verdicts: z.int(),
      /** Number of replies with scores. */
      replies: z.int(),
      refused: z.int(),
      /** Number of verdicts without scores after all retries. */
      unreadable: z.int(),
      /** Number of verdicts whose answer was not the requested JSON, but clear. */
      repaired: z.int(),
      /** Number of replies that could not be judged. */
      failed: z.int(),
      /** Standard deviation of a reply's mean score between rounds; null with one round. */
      deviation: z.number().nullable(),
      /** Spearman's correlation of mean score and length in words; null if undefined. */
      verbosity: z.number().nullable(),
      words: z.string(),
    })
    .optional(),
});

export type RunSummary = z.output<typeof summarySchema>;
export type SummaryCell = RunSummary['cells'][number];

/** Limits of an interval as text, e.g. `0.1201–0.1312`; undefined without limits. */
export function limitsText(
  { low, high }: Pick<z.output<typeof intervalSchema>, 'low' | 'high'>,
  digits: number,
  between = '–',
): string | undefined {
  return low === null || high === null ? undefined : `${low.toFixed(digits)}${between}${high.toFixed(digits)}`;
}

/** A value and its limits as text, e.g. `0.512 [0.498, 0.527]`. */
export const intervalText = ({ value, low, high }: Interval, digits: number): string =>
  `${value.toFixed(digits)} [${low.toFixed(digits)}, ${high.toFixed(digits)}]`;
