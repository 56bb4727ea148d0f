import { z } from 'zod';

/** Whether a path from a file leads to a place inside the folder that the file lies in. */
export function isSafePath(path: string): boolean {
  const parts = path.split('/');
  return !/[\\:\0]/.test(path) && !parts.some((part) => part === '..' || part === '.' || part === '');
}

export const MANIFEST_NAME = 'manifest.json';
export const MANIFEST_FORMAT = 'solace-lab-model';

/** What a model folder says about itself. Version 1. */
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
  /** Tokens that fit, prompt and reply together. */
  contextWindow: z.number().int().positive(),
  licence: z.string(),
  /** What it was made from. */
  source: z.string(),
  /** Every file but this one; bytes and SHA-256 (hexadecimal) of each. */
  files: z.array(
    z.object({
      path: z.string().refine(isSafePath, 'is not a relative path inside the folder'),
      bytes: z.number().int().nonnegative(),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  ),
});

export type ModelManifest = z.infer<typeof manifestSchema>;
