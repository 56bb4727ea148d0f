import { z } from 'zod';
import { LabError } from '../error.ts';
import { TOKENIZER_FILES } from '../formats/checkpoint/side-files.ts';
import { sha256Schema, textHash } from '../sha256.ts';

/** The weights of a model by their contents: SHA-256 of the lists of their files (`filesHash`). */
export const weightsSchema = z.strictObject({
  base: sha256Schema,
  /** Absent without an adapter. */
  adapter: sha256Schema.optional(),
});
export type ModelWeights = z.infer<typeof weightsSchema>;

/** SHA-256 of what `sha256sum` prints for files in the order of their paths. */
export function filesHash(files: readonly { path: string; sha256: string }[]): string {
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
  return textHash(sorted.map(({ path, sha256 }) => `${sha256}  ${path}\n`).join(''));
}

/** The weight files of an exported model, of all files in its folder. */
export const isWeightFile = ({ path }: { path: string }): boolean => path.startsWith('onnx/');

/** The files of an exported model that its tokenizer is made of. */
export const isTokenizerFile = ({ path }: { path: string }): boolean => TOKENIZER_FILES.some((name) => name === path);

/**
 * Compares a model with the one that a plan names; plans without hashes accept any.
 * @throws {LabError} `hash-mismatch` when base or adapter is another.
 */
export function checkWeights(name: string, planned: ModelWeights | undefined, found: ModelWeights | undefined): void {
  if (!planned) return;
  const differing = (['base', 'adapter'] as const).filter((part) => planned[part] !== found?.[part]);
  if (differing.length === 0) return;
  throw new LabError({
    code: 'hash-mismatch',
    where: name,
    what: `It is not the plan's model: the SHA-256 of its ${differing.join(' and its ')} differs.`,
    todo: 'Use the version of the lab that the plan was made with, or plan the run again.',
  });
}
