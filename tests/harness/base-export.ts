import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { exportOnnx } from '../../src/core/formats/export/export.ts';
import { MANIFEST_NAME } from '../../src/core/formats/manifest.ts';
import { openCheckpoint } from '../../trainer/files/open.ts';
import { ownFolder } from '../../trainer/files/output.ts';
import { diskFolder } from '../../trainer/files/sink.ts';
import { SHARED } from './shared.ts';

/** The model that the references were computed with, before any fine-tuning. */
export const SOURCE = 'models/smollm2-135m-instruct';

/**
 * The folder of an export of the shared checkpoint, made once in .cache; test files that run in parallel use separate
 * names.
 */
export async function baseExport(dtype: 'fp32' | 'q4', owner = ''): Promise<string> {
  const folder = join(import.meta.dirname, `../../.cache/smollm2-${dtype}${owner}`);
  if (!existsSync(join(folder, MANIFEST_NAME))) {
    const { checkpoint, close } = await openCheckpoint(join(SHARED, SOURCE));
    await ownFolder(folder).write((temporary) =>
      exportOnnx(checkpoint, diskFolder(temporary), {
        dtype,
        name: 'SmolLM2-135M-Instruct',
        source: SOURCE,
        licence: 'Apache-2.0',
      }),
    );
    await close();
  }
  return folder;
}
