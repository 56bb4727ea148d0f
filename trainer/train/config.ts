import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { LabError } from '../../src/error.ts';
import { REPRESENTATION_IDS } from '../../src/representation/representation.ts';
import { BASE_FORMATS } from '../../src/train/base.ts';
import { LABEL_CHOICES } from '../../src/train/example.ts';
import { TARGET_MODULE_NAMES, type TargetModule } from '../../src/train/lora.ts';
import { SCHEDULES } from '../../src/train/schedule.ts';
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
  evalShare: share.default(0.2),
  splitSeed: whole.max(2 ** 32 - 1).default(42),
  /** At most this many dialogues of each part. */
  trainLimit: count.optional(),
  evalLimit: count.optional(),
  representation: z.enum(REPRESENTATION_IDS).default('raw'),
  labels: z.enum(LABEL_CHOICES).default('supporter'),
  system: z.string().default(''),
  /** A file with a Jinja chat template to use in place of the model's own. */
  template: z.string().optional(),
  /** Longer dialogues are cut or left out, and counted. */
  maxTokens: count.default(2048),
  overflow: z.enum(['truncate', 'drop']).default('truncate'),
  /** Leave malformed records out in place of stopping. */
  skipBad: z.boolean().default(false),
});

const loraSchema = z.strictObject({
  rank: count.default(64),
  alpha: z.number().positive().default(32),
  dropout: share.default(0.1),
  targets: z.array(z.enum(TARGET_MODULE_NAMES as [TargetModule, ...TargetModule[]])).min(1).default(['q_proj', 'k_proj', 'v_proj', 'o_proj']),
  /** Layers that carry an adapter, counted from 0; all by default. */
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
  /** A pass holds up to this many dialogues, side by side, and this many tokens. */
  batchSequences: count.default(1),
  batchTokens: count.optional(),
  /** Passes whose gradients make one update. */
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
  /** Number of processes and number format of the accelerate backend. */
  devices: count.default(1),
  precision: z.enum(['fp32', 'fp16', 'bf16']).default('fp32'),
  /** How the base's matrices are kept in memory. */
  base: z.enum(BASE_FORMATS).default('fp32'),
  data: dataSchema,
  lora: loraSchema.prefault({}),
  train: trainSchema.prefault({}),
});
export type RunConfig = z.infer<typeof runSchema>;

export const PRESETS = ['smollm2-135m', 'paper-mistral-7b', 'paper-llama2-7b'] as const;

export interface ConfigSources {
  preset?: string;
  /** A YAML file. */
  file?: string;
  /** `key.path=value`, values as in YAML; the last wins over file and preset. */
  set?: readonly string[];
}

/**
 * The configuration of a run from a preset, a file and single settings.
 * @throws {LabError} bad-config that names unknown keys and wrong values.
 */
export async function loadConfig({ preset, file, set = [] }: ConfigSources): Promise<RunConfig> {
  const raw: Record<string, unknown> = {};
  if (preset !== undefined) {
    if (!PRESETS.some((name) => name === preset)) {
      throw new LabError({ code: 'bad-config', what: `There is no preset ${preset}.`, todo: `Use one of ${PRESETS.join(', ')}.` });
    }
    merge(raw, await readYaml(join(import.meta.dirname, '../presets', `${preset}.yaml`)));
  }
  if (file !== undefined) merge(raw, await readYaml(file));
  for (const setting of set) merge(raw, parseSetting(setting));
  return parseRunConfig(raw, file ?? preset ?? '--set');
}

export function parseRunConfig(raw: unknown, where: string): RunConfig {
  const parsed = runSchema.safeParse(raw);
  if (parsed.success) return parsed.data;
  throw new LabError({ code: 'bad-config', where, what: `The configuration is not valid. ${z.prettifyError(parsed.error)}`, todo: 'See docs/training.md for the keys.' });
}

async function readYaml(path: string): Promise<Record<string, unknown>> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw LabError.from(error, { code: 'missing-file', what: 'The configuration cannot be read', where: path, todo: 'Check --config.' });
  });
  try {
    return asObject(parseYaml(text), path);
  } catch (error) {
    throw LabError.from(error, { code: 'bad-config', what: 'It is not valid YAML', where: path, todo: 'Check the indentation.' });
  }
}

function parseSetting(setting: string): Record<string, unknown> {
  const at = setting.indexOf('=');
  if (at < 1) throw new LabError({ code: 'bad-config', what: `--set ${setting} has no value.`, todo: 'Write --set key.path=value.' });
  return setting.slice(0, at).split('.').reduceRight<unknown>((value, key) => ({ [key]: value }), parseYaml(setting.slice(at + 1))) as Record<string, unknown>;
}

function merge(target: Record<string, unknown>, source: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(source)) {
    const before = target[key];
    if (isObject(before) && isObject(value)) merge(before, value);
    else target[key] = value;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asObject(value: unknown, where: string): Record<string, unknown> {
  if (isObject(value)) return value;
  throw new LabError({ code: 'bad-config', where, what: 'It holds no settings.', todo: 'Write key: value lines; see docs/training.md.' });
}
