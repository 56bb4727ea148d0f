import { z } from 'zod';
import { REPRESENTATION_IDS } from '../../src/core/compression/representation.ts';
import { LabError } from '../../src/core/error.ts';
import { DATA_FORMATS } from '../train/dialogues.ts';
import { readYamlFile } from '../train/load-config.ts';

const datasetSchema = z.strictObject({
  format: z.enum(DATA_FORMATS).default('auto'),
  files: z.array(z.string()).min(1),
  /** `test`: the share that a run with the default split holds out. */
  part: z.enum(['all', 'test']).default('all'),
  limit: z.int().positive().optional(),
});
export type PlannedDataset = z.infer<typeof datasetSchema>;

const modelSchema = z.strictObject({
  /** Another base than the plan's, with the same tokenizer. */
  base: z.string().optional(),
  /** Adapters to apply, `path` or `path=weight`. */
  adapters: z.array(z.string()).default([]),
  /** `webgpu`: with the values that the 4-bit form for WebGPU has. Otherwise as stored. */
  form: z.enum(['stored', 'webgpu']).default('stored'),
  /** Name of the model whose perplexity this one's is divided by. */
  than: z.string().optional(),
});
export type PlannedModel = z.output<typeof modelSchema>;

const modelOf = (adapters: string[]): PlannedModel => ({ adapters, form: 'stored' });

const schema = z.strictObject({
  /** The base model of all adapters. */
  base: z.string(),
  /** A file with the chat template of all models. */
  template: z.string(),
  maxTokens: z.int().positive().default(2048),
  representations: z.array(z.enum(REPRESENTATION_IDS)).min(1),
  datasets: z.record(z.string(), datasetSchema),
  /**
   * By model name: adapters (`path` or `path=weight`), where an empty list is the base alone, or more settings. The
   * first model is what the others are compared with.
   */
  models: z.record(z.string(), z.union([z.array(z.string()).transform(modelOf), modelSchema])),
});

/** Which models are measured on what. */
export type PerplexityPlan = z.infer<typeof schema>;

/** @throws {LabError} `missing-file`, or `bad-config` that lists what is wrong. */
export async function readPerplexityPlan(path: string): Promise<PerplexityPlan> {
  const parsed = schema.safeParse(await readYamlFile(path, 'The plan', '--plan'));
  if (parsed.success) return parsed.data;
  throw new LabError({
    code: 'bad-config',
    where: path,
    what: `It is no plan of perplexities. ${z.prettifyError(parsed.error)}`,
    todo: 'docs/reference/training.md has an example.',
  });
}
