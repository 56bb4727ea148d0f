import { LabError } from '../../src/error.ts';
import { checkpointToSafetensors } from '../../src/model/safetensors/from-checkpoint.ts';
import type { SafetensorsType } from '../../src/model/safetensors/write.ts';
import { verifyWeights } from '../export/verify.ts';
import { openCheckpoint } from '../files/open.ts';
import { diskFolder, writeFolder } from '../files/sink.ts';
import { openModel } from '../merge/open.ts';
import { choose, type Command, parseOptions, progressLine, required } from './command.ts';

const TYPES = { f32: 'F32', f16: 'F16', bf16: 'BF16' } as const satisfies Record<string, SafetensorsType>;
const USAGE = `--base <gguf|safetensors folder> --adapter <folder>[=weight]… --out <folder> [--dtype ${Object.keys(TYPES).join('|')}] [--template <jinja file>] [--no-check]`;

/** Writes a base model with adapters merged into it. */
export const mergeCommand: Command = {
  summary: 'Merge LoRA adapters into a base model and write it as a safetensors folder.',
  usage: USAGE,
  async run(args, signal) {
    const options = parseOptions(
      args,
      {
        base: { type: 'string' },
        adapter: { type: 'string', multiple: true },
        out: { type: 'string' },
        dtype: { type: 'string', default: 'f32' },
        template: { type: 'string' },
        'no-check': { type: 'boolean', default: false },
      },
      USAGE,
    );
    const path = required('base', options.base);
    const out = required('out', options.out);
    if (!options.adapter) throw new LabError({ code: 'bad-config', what: '--adapter is missing.', todo: `Usage: ${USAGE}` });
    const type = TYPES[choose('dtype', options.dtype, Object.keys(TYPES) as (keyof typeof TYPES)[])];
    const { checkpoint, adapters, merged, close } = await openModel({ path, adapters: options.adapter, template: options.template });
    try {
      for (const { adapter } of adapters) process.stdout.write(`${adapter.name}: rank ${adapter.settings.rank}, ${adapter.modules.size} modules\n`);
      const progress = progressLine(`Merging ${checkpoint.name}`);
      await writeFolder(out, async (temporary) => {
        const files = await checkpointToSafetensors(checkpoint, diskFolder(temporary), { type, onProgress: ({ done, total }) => progress(done, total), signal });
        const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
        process.stdout.write(`${merged.size} of ${checkpoint.tensors.size} tensors changed; ${files.length} files, ${(bytes / 1e6).toFixed(1)} MB\n`);
        if (options['no-check']) return;
        const copy = await openCheckpoint(temporary);
        try {
          await verifyWeights(checkpoint, copy.checkpoint, (line) => process.stdout.write(`${line}\n`), signal);
        } finally {
          await copy.close();
        }
      });
      process.stdout.write(`Written to ${out}\n`);
    } finally {
      await close();
    }
  },
};
