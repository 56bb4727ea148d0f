import { formatMegabytes } from '../../src/core/units.ts';
import type { ExportDtype } from '../../src/core/formats/export/dtype.ts';
import { countParameters, exportOnnx } from '../../src/core/formats/export/export.ts';
import { diskFolder } from '../files/sink.ts';
import { type ExportJob, UNKNOWN_LICENCE } from './job.ts';
import { quantisePool } from './quantise-pool.ts';
import { writeKnownValues } from './known-values.ts';
import { verifyExport } from './verify.ts';

/** Number of weights from which threads are worth starting. */
const LARGE = 5e7;

/** Atomically writes a checkpoint as a folder for the lab and transformers.js, and checks it. */
export async function exportOnnxFolder(job: ExportJob): Promise<void> {
  await job.out.write(async (temporary) => {
    const { source, name, licence = UNKNOWN_LICENCE, sections, eightBits, contextLength, signal, print } = job;
    const pool = countParameters(source) < LARGE ? undefined : quantisePool();
    const manifest = await exportOnnx(source, diskFolder(temporary), {
      dtype: job.dtype as ExportDtype,
      name,
      licence,
      source: job.origin,
      sections,
      eightBits,
      ...(contextLength !== undefined && { contextLength }),
      onProgress: ({ done, total }) => job.onProgress(done, total),
      signal,
      ...(pool && { quantiser: pool }),
    }).finally(() => pool?.close());
    const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
    print(
      `${manifest.files.length + 1} files, ${formatMegabytes(bytes)}, ` +
        `${(manifest.parameters / 1e6).toFixed(1)} million parameters`,
    );
    if (job.check) await verifyExport(source, temporary, print, signal);
    await writeKnownValues(temporary, manifest, source);
  });
}
