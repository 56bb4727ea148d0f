import { z } from 'zod';
import { LabError } from '../../core/error.ts';
import { baseSchema, isSafePath, knownValuesSchema } from '../../core/formats/manifest.ts';
import { checkJson } from '../../core/engine/files.ts';

/** The list of a model's files with sizes and hashes, in `manifest.json` next to them. */
export const manifestSchema = z.looseObject({
  name: z.string().optional(),
  /** Values that cannot be read are as good as none. */
  selfTest: knownValuesSchema.optional().catch(undefined),
  base: baseSchema.optional().catch(undefined),
  files: z
    .array(
      z.looseObject({
        path: z.string().refine(isSafePath, 'is not a relative path inside the folder'),
        bytes: z.int().nonnegative(),
        sha256: z.string().regex(/^[0-9a-fA-F]{64}$/),
      }),
    )
    .min(1),
});
export type Manifest = z.infer<typeof manifestSchema>;

export function parseManifest(text: string, where: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw LabError.from(error, { code: 'bad-file', where, what: 'The manifest is not valid JSON' });
  }
  return checkJson(manifestSchema, value, where);
}
