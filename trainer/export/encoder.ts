import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { LabError } from '../../src/core/error.ts';
import { choose } from '../../src/node/command-options.ts';
import { ENCODER_DTYPES } from '../../src/core/formats/encoder/build.ts';
import { exportEncoder } from '../../src/core/formats/encoder/export.ts';
import { unreadable } from '../../src/node/read-file.ts';
import { sideFiles } from '../files/open.ts';
import type { OutputFolder } from '../files/output.ts';
import { diskFolder } from '../files/sink.ts';
import { fileSource } from '../files/source.ts';
import { UNKNOWN_LICENCE } from './job.ts';

/** Options of the export command that apply to an encoder. */
export interface EncoderOptions {
  dtype?: string | undefined;
  name?: string | undefined;
  licence?: string | undefined;
  source?: string | undefined;
}

/**
 * Converts the folder of a BERT encoder (one safetensors file, config and tokenizer) to a folder for the lab.
 * @throws {LabError} `missing-file` when the folder does not contain exactly one safetensors file; what `exportEncoder`
 * throws.
 */
export async function exportEncoderFolder(
  input: string,
  out: OutputFolder,
  options: EncoderOptions,
  print: (line: string) => void,
): Promise<void> {
  const dtype = choose('dtype', options.dtype, ENCODER_DTYPES);
  const names = await readdir(input).catch((error: unknown) => {
    throw unreadable(error, input, { what: 'The folder cannot be read', todo: 'Check --in.' });
  });
  const [file, other] = names.filter((name) => name.endsWith('.safetensors'));
  if (!file || other)
    throw new LabError({
      code: 'missing-file',
      where: input,
      what: 'An encoder is read from a folder with one .safetensors file.',
      todo: 'Check --in.',
    });
  const weights = await fileSource(join(input, file));
  try {
    const [name, licence, source] = [
      options.name ?? basename(resolve(out.path)),
      options.licence ?? UNKNOWN_LICENCE,
      options.source ?? file,
    ];
    const files = await sideFiles(input);
    const { parameters } = await out.write((temporary) =>
      exportEncoder(weights, files, diskFolder(temporary), { dtype, name, licence, source }),
    );
    print(`${(parameters / 1e6).toFixed(1)} million parameters\nWritten to ${out.path}`);
  } finally {
    await weights.close();
  }
}
