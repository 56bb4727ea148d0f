import { z } from 'zod';
import { baseSchema, isSafePath, knownValuesSchema } from '../../core/formats/manifest.ts';
import { GET_AGAIN } from '../../core/engine/files.ts';
import { checkJson, parseJson } from '../../core/json.ts';

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
  const value = parseJson(text, where, { what: 'The manifest is not valid JSON', todo: GET_AGAIN });
  return checkJson(manifestSchema, value, where, { todo: GET_AGAIN });
}
