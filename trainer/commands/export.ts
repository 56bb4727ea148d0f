import { basename, resolve } from 'node:path';
import { LabError } from '../../src/error.ts';
import { EXPORT_DTYPES } from '../../src/model/export/dtype.ts';
import { exportOnnx } from '../../src/model/export/export.ts';
import { verifyExport } from '../export/verify.ts';
import { openCheckpoint } from '../files/open.ts';
import { diskFolder, writeFolder } from '../files/sink.ts';
import { choose, type Command, parseOptions, progressLine, required } from './command.ts';

const USAGE = '--in <gguf|safetensors folder> --format onnx --dtype q4|q8|fp16|fp32|q4f16 --out <folder> [--name …] [--licence …] [--source …] [--context <tokens>] [--no-check]';

/** Converts a checkpoint into a model folder for the lab and transformers.js. */
export const exportCommand: Command = {
  summary: 'Convert a checkpoint into a model folder that the lab and transformers.js load.',
  usage: USAGE,
  async run(args, signal) {
    const options = parseOptions(
      args,
      {
        in: { type: 'string' },
        out: { type: 'string' },
        format: { type: 'string', default: 'onnx' },
        dtype: { type: 'string' },
        name: { type: 'string' },
        licence: { type: 'string' },
        source: { type: 'string' },
        context: { type: 'string' },
        'no-check': { type: 'boolean', default: false },
      },
      USAGE,
    );
    const input = required('in', options.in);
    const out = required('out', options.out);
    choose('format', options.format, ['onnx']);
    const dtype = choose('dtype', options.dtype, EXPORT_DTYPES);
    const contextLength = options.context === undefined ? undefined : Number(options.context);
    if (contextLength !== undefined && !(Number.isInteger(contextLength) && contextLength > 0)) {
      throw new LabError({ code: 'bad-config', what: `--context ${options.context} is not a number of tokens.`, todo: 'Give a whole number such as 8192.' });
    }
    const { checkpoint, weightFiles, close } = await openCheckpoint(input);
    try {
      const progress = progressLine(`Exporting ${checkpoint.name} as ${dtype}`);
      await writeFolder(out, async (temporary) => {
        const manifest = await exportOnnx(checkpoint, diskFolder(temporary), {
          dtype,
          name: options.name ?? basename(resolve(out)),
          licence: options.licence ?? 'that of the original weights',
          source: options.source ?? weightFiles.join(', '),
          ...(contextLength !== undefined && { contextLength }),
          onProgress: ({ done, total }) => progress(done, total),
          signal,
        });
        const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
        process.stdout.write(`${manifest.files.length + 1} files, ${(bytes / 1e6).toFixed(1)} MB, ${(manifest.parameters / 1e6).toFixed(1)} million parameters\n`);
        if (!options['no-check']) await verifyExport(checkpoint, temporary, (line) => process.stdout.write(`${line}\n`), signal);
      });
      process.stdout.write(`Written to ${out}\n`);
    } finally {
      await close();
    }
  },
};
