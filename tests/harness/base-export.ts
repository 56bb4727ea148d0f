import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { exportOnnx } from '../../src/core/formats/export/export.ts';
import { MANIFEST_NAME } from '../../src/core/formats/manifest.ts';
import { openCheckpoint } from '../../trainer/files/open.ts';
import { ownFolder } from '../../trainer/files/output.ts';
import { diskFolder } from '../../trainer/files/sink.ts';
import { SHARED } from './shared.ts';

/** The model that the references were computed with, before any fine-tuning. */
export const SOURCE = 'models/smollm2-135m-instruct';

/**
 * The folder of an export of the shared checkpoint, made once in .cache. Test files that need it at the same time may
 * both make it; the first to finish puts it into place.
 */
export async function baseExport(dtype: 'fp32' | 'q4'): Promise<string> {
  const folder = join(import.meta.dirname, `../../.cache/smollm2-${dtype}`);
  const complete = (): boolean => existsSync(join(folder, MANIFEST_NAME));
  if (complete()) return folder;
  const partial = `${folder}.${process.pid}-${threadId}`;
  const { checkpoint, close } = await openCheckpoint(join(SHARED, SOURCE));
  await ownFolder(partial).write((temporary) =>
    exportOnnx(checkpoint, diskFolder(temporary), {
      dtype,
      name: 'SmolLM2-135M-Instruct',
      source: SOURCE,
      licence: 'Apache-2.0',
    }),
  );
  await close();
  await rename(partial, folder).catch(async (error: unknown) => {
    await rm(partial, { recursive: true });
    if (!complete()) throw error;
  });
  return folder;
}
