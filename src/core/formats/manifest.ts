import { z } from 'zod';
import { sha256Schema } from '../sha256.ts';

/** Whether a path in a file stays inside the folder of that file. */
export function isSafePath(path: string): boolean {
  const parts = path.split('/');
  return !/[\\:\0]/.test(path) && !parts.some((part) => part === '..' || part === '.' || part === '');
}

export const MANIFEST_NAME = 'manifest.json';
export const MANIFEST_FORMAT = 'solace-lab-model';

/** Files of a folder, with their size in bytes and SHA-256 (hexadecimal). */
export const filesSchema = z.array(
  z.object({
    path: z.string().refine(isSafePath, 'is not a relative path inside the folder'),
    bytes: z.number().int().nonnegative(),
    sha256: sha256Schema,
  }),
);

/**
 * What a correct runtime computes for a model: a text, its token ids, and the log-probability in nats of every token
 * after the first.
 */
export const knownValuesSchema = z.object({
  text: z.string().min(1),
  ids: z.array(z.number().int().nonnegative()).min(3),
  logprobs: z.array(z.number().max(0)),
});
export type KnownValues = z.infer<typeof knownValuesSchema>;

/** The base that an adapter was made for. */
export const baseSchema = z.object({
  /** Id of the base model: the name of its folder. */
  id: z.string().min(1),
  /** Its weight files, with their hashes. */
  weights: filesSchema.min(1),
});
export type AdapterBase = z.infer<typeof baseSchema>;

/** The manifest of a model folder. Version 1. */
export const manifestSchema = z.object({
  format: z.literal(MANIFEST_FORMAT),
  version: z.literal(1),
  /** Folder and display name. */
  name: z.string().min(1),
  architecture: z.string(),
  /** Type of file inside, e.g. `onnx`. */
  fileFormat: z.string(),
  dtype: z.string(),
  /** Number of weights, tied ones once. */
  parameters: z.number().int().positive(),
  /** Context window in tokens, prompt and reply together. */
  contextWindow: z.number().int().positive(),
  licence: z.string(),
  /** Its source. */
  source: z.string(),
  /** For the self-test of a device; manifests of earlier versions of the lab lack it. */
  selfTest: knownValuesSchema.optional(),
  /** Every other file. */
  files: filesSchema,
});

export type ModelManifest = z.infer<typeof manifestSchema>;
