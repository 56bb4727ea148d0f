import { z } from 'zod';
import { LabError } from '../../src/core/error.ts';
import { nearest } from '../../src/node/nearest.ts';
import { REPRESENTATION_IDS } from '../../src/core/compression/representation.ts';
import { BASE_FORMATS } from '../../src/core/training/base.ts';
import { LABEL_CHOICES } from '../../src/core/training/example.ts';
import { TARGET_MODULE_NAMES, type TargetModule } from '../../src/core/training/lora.ts';
import { OVERFLOWS } from '../../src/core/training/prepare.ts';
import type { PlanOptions } from '../../src/core/training/plan.ts';
import { SCHEDULES } from '../../src/core/training/schedule.ts';
import { SPLIT_SEED, TEST_SHARE } from '../../src/core/training/split.ts';
import { DATA_FORMATS } from './dialogues.ts';

const whole = z.int().nonnegative();
const count = z.int().positive();
const share = z.number().min(0).max(1);
const files = z.union([z.string().transform((path) => [path]), z.array(z.string()).min(1)]);

const dataSchema = z.strictObject({
  format: z.enum(DATA_FORMATS).default('esconv'),
  /** Files of dialogues to train on. */
  train: files,
  /** Files to evaluate on; without them a share of `train` is held out, stratified by problem type or scene. */
  eval: files.optional(),
  evalShare: share.default(TEST_SHARE),
  splitSeed: whole.max(2 ** 32 - 1).default(SPLIT_SEED),
  /** Maximum number of dialogues of each part. */
  trainLimit: count.optional(),
  evalLimit: count.optional(),
  /** Files of another dataset whose loss is logged next to the evaluation loss; it never ends a run. */
  transfer: files.optional(),
  /** Default: as `format`. */
  transferFormat: z.enum(DATA_FORMATS).optional(),
  transferLimit: count.optional(),
  representation: z.enum(REPRESENTATION_IDS).default('raw'),
  labels: z.enum(LABEL_CHOICES).default('supporter'),
  /** Learns `(Clarification) What did he say?`: the strategy, where the data names it, before the reply. */
  strategies: z.boolean().optional(),
  system: z.string().default(''),
  /** A file with a Jinja chat template to use instead of the model's own. */
  template: z.string().optional(),
  /** The current local time for templates that print it; a run sets it when it starts. */
  date: z
    .string()
    .refine((text) => !Number.isNaN(Date.parse(text)), 'not a date such as 2026-01-31T12:00:00')
    .optional(),
  /** Longer dialogues are truncated or left out, and counted. */
  maxTokens: count.default(2048),
  overflow: z.enum(OVERFLOWS).default('truncate'),
  /** Skips malformed records instead of stopping. */
  skipBad: z.boolean().default(false),
});

/** PEFT's name for every linear layer, alone or in a list. */
function allLinear(value: unknown): unknown {
  return [value].flat().some((name) => name === 'all-linear') ? TARGET_MODULE_NAMES : value;
}

const loraSchema = z.strictObject({
  rank: count.default(64),
  alpha: z.number().positive().default(32),
  dropout: share.default(0.1),
  targets: z
    .preprocess(allLinear, z.array(z.enum(TARGET_MODULE_NAMES as [TargetModule, ...TargetModule[]])).min(1))
    .default(['q_proj', 'k_proj', 'v_proj', 'o_proj']),
  /** Layers with an adapter, counted from 0; all by default. */
  layers: z.array(whole).min(1).optional(),
  rankStabilized: z.boolean().default(false),
});

const trainSchema = z.strictObject({
  epochs: count.default(2),
  /** Stops after this many updates, whatever the epoch. */
  maxSteps: count.optional(),
  learningRate: z.number().positive().default(2e-4),
  schedule: z.enum(SCHEDULES).default('cosine'),
  /** Share of all updates over which the rate rises from 0. */
  warmupShare: share.default(0.03),
  /**
   * Maximum number of dialogues in a pass, side by side, and of tokens (batchSequences × maxTokens by default).
   */
  batchSequences: count.default(1),
  batchTokens: count.optional(),
  /** Passes whose gradients are accumulated for one update. */
  accumulate: count.default(1),
  weightDecay: z.number().nonnegative().default(0.01),
  beta1: share.default(0.9),
  beta2: share.default(0.999),
  epsilon: z.number().positive().default(1e-8),
  maxGradNorm: z.number().positive().nullable().default(1),
  seed: whole.default(42),
  /** Updates between evaluations and between checkpoints; both also happen at the end of each epoch. */
  evalEvery: count.optional(),
  saveEvery: count.default(50),
  /** Stops after this many evaluations without a better loss. */
  patience: count.optional(),
  threads: count.optional(),
});

export const BACKENDS = ['onnx', 'accelerate'] as const;
export const DEVICES = ['cpu', 'webgpu', 'cuda'] as const;

export const runSchema = z.strictObject({
  /** Folder or file of the base model. */
  model: z.string(),
  /** Folder of the run: metrics, checkpoints, adapter. */
  out: z.string(),
  backend: z.enum(BACKENDS).default('onnx'),
  device: z.enum(DEVICES).default('cpu'),
  /** Number of processes and precision of the accelerate backend. */
  devices: count.default(1),
  precision: z.enum(['fp32', 'fp16', 'bf16']).default('fp32'),
  /** Format of the base's matrices in memory. */
  base: z.enum(BASE_FORMATS).default('fp32'),
  data: dataSchema,
  lora: loraSchema.prefault({}),
  train: trainSchema.prefault({}),
});
export type RunConfig = z.infer<typeof runSchema>;

/** How a run's dialogues are grouped into passes and updates; `accumulate` counts the passes of all processes. */
export function planOptions({ train, data, devices }: RunConfig): PlanOptions {
  const { seed, batchSequences, batchTokens = batchSequences * data.maxTokens, accumulate } = train;
  return { seed, batchSequences, batchTokens, accumulate: accumulate * devices };
}

export function parseRunConfig(raw: unknown, where: string): RunConfig {
  const parsed = runSchema.safeParse(raw);
  if (parsed.success) return parsed.data;
  throw new LabError({
    code: 'bad-config',
    where,
    what: `The configuration is not valid. ${z.prettifyError(parsed.error)}`,
    todo: `${keyMeant(parsed.error.issues)}See docs/reference/training.md for the keys.`,
  });
}

/** All keys with their sections, e.g. `train.epochs`. */
const KEYS = Object.entries({ '': runSchema, 'data.': dataSchema, 'lora.': loraSchema, 'train.': trainSchema }).flatMap(
  ([place, schema]) => Object.keys(schema.shape).map((name) => ({ place, name })),
);

/** The known key that resembles the first unknown one: in the same section, otherwise the same name in another. */
function keyMeant(issues: readonly z.core.$ZodIssue[]): string {
  for (const issue of issues) {
    if (issue.code !== 'unrecognized_keys') continue;
    const place = issue.path.map((part) => `${String(part)}.`).join('');
    for (const key of issue.keys) {
      const near = nearest(
        key,
        KEYS.filter((known) => known.place === place).map(({ name }) => name),
      );
      const elsewhere = KEYS.find(({ name }) => name === key);
      const found = near !== undefined ? `${place}${near}` : elsewhere && `${elsewhere.place}${elsewhere.name}`;
      if (found !== undefined) return `Did you mean ${found}? `;
    }
  }
  return '';
}
