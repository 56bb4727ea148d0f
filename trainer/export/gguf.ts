import { join } from 'node:path';
import { CARRIED_WITH_GGUF } from '../../src/core/formats/checkpoint/side-files.ts';
import { formatMegabytes } from '../../src/core/units.ts';
import type { Checkpoint } from '../../src/core/formats/checkpoint/checkpoint.ts';
import { contextBeforeWindow } from '../../src/core/formats/config.ts';
import type { EncodableType } from '../../src/core/formats/encode-stored.ts';
import { writeFile } from '../../src/core/formats/export/sink.ts';
import { checkpointToGguf, fileType, ggufEndTokens, undivided } from '../../src/core/formats/gguf/from-checkpoint.ts';
import { diskFolder } from '../files/sink.ts';
import type { ExportJob } from './job.ts';
import { verifyGguf } from './verify.ts';

/** Types of a GGUF's matrices that can be exported. */
export const GGUF_DTYPES = ['F32', 'F16', 'Q8_0', 'Q4_0', 'Q4_1'] as const satisfies readonly EncodableType[];

/** Atomically writes a checkpoint as `<name>.<type>.gguf` for llama.cpp into a folder, and checks it. */
export async function exportGgufFolder(job: ExportJob): Promise<void> {
  const type = job.dtype as (typeof GGUF_DTYPES)[number];
  await job.out.write(async (temporary) => {
    const folder = diskFolder(temporary);
    const name = `${job.name}.${fileType(job.source, type)}.gguf`;
    const file = await folder.create(name);
    await checkpointToGguf(job.source, file, {
      name: job.name,
      type,
      eightBits: job.eightBits,
      ...(job.licence !== undefined && { licence: job.licence }),
      onProgress: ({ done, total }) => job.onProgress(done, total),
      signal: job.signal,
    });
    const { bytes } = await file.close();
    for (const beside of CARRIED_WITH_GGUF) {
      const text = job.source.files.get(beside);
      if (text !== undefined) await writeFile(folder, beside, text);
    }
    job.print(`${name}: ${formatMegabytes(bytes)}`);
    for (const note of [...typeNotes(job.source, type), ...limitsOf(job.source)]) job.print(note);
    if (job.check) await verifyGguf(job.source, join(temporary, name), job.print, job.signal);
  });
}

/** Notes for tensors that could not have the requested type. */
function typeNotes(source: Checkpoint, type: (typeof GGUF_DTYPES)[number]): string[] {
  const { names, of } = undivided(source, type);
  if (names.length === 0) return [];
  const named = fileType(source, type) === type ? '' : ' The file name says so.';
  return [
    `${names.length} of ${of} matrices are F16 instead of ${type}, whose blocks do not divide their rows (e.g. ` +
      `${names[0] ?? ''}).${named}`,
  ];
}

/** Notes on what llama.cpp cannot represent. */
function limitsOf({ config, files }: Checkpoint): string[] {
  const notes: string[] = [];
  const context = contextBeforeWindow(config);
  if (context < config.contextLength) {
    notes.push(
      `llama.cpp has no sliding window for this architecture: the file's context is ${context} tokens, the ` +
        `length of the window, instead of ${config.contextLength}.`,
    );
  }
  const kept = ggufEndTokens({ config, files });
  const lost = config.eosTokenIds.filter((id) => !kept.includes(id));
  if (lost.length > 0) notes.push(`A GGUF has at most three end tokens: a reply does not end at ${lost.join(', ')}.`);
  return notes;
}
