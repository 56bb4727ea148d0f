import { LabError } from '../../src/error.ts';
import { choose, type Command, parseOptions, required } from '../../src/lab/command-line.ts';
import { checkpointToSafetensors } from '../../src/model/safetensors/from-checkpoint.ts';
import type { SafetensorsType } from '../../src/model/safetensors/write.ts';
import { verifyWeights } from '../export/verify.ts';
import { openCheckpoint } from '../files/open.ts';
import { diskFolder, writeFolder } from '../files/sink.ts';
import { openModel } from '../merge/open.ts';
import { progressLine } from './progress.ts';

const TYPES = { f32: 'F32', f16: 'F16', bf16: 'BF16' } as const satisfies Record<string, SafetensorsType>;
const USAGE = `--base <gguf|safetensors folder> --adapter <folder>[=weight]… --out <folder> [--dtype ${Object.keys(TYPES).join('|')}] [--template <jinja file>] [--no-check]`;

/** Writes a base model with adapters merged into it. */
export const mergeCommand: Command = {
  summary: 'Merge LoRA adapters into a base model and write it as a safetensors folder.',
  usage: USAGE,
  async run(args, print, signal) {
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
    const path = required('base', options.base, USAGE);
    const out = required('out', options.out, USAGE);
    if (!options.adapter) throw new LabError({ code: 'bad-config', what: '--adapter is missing.', todo: `Usage: ${USAGE}` });
    const type = TYPES[choose('dtype', options.dtype, Object.keys(TYPES) as (keyof typeof TYPES)[])];
    const { checkpoint, adapters, merged, close } = await openModel({ path, adapters: options.adapter, template: options.template });
    try {
      for (const { adapter } of adapters) print(`${adapter.name}: rank ${adapter.settings.rank}, ${adapter.modules.size} modules`);
      const progress = progressLine(`Merging ${checkpoint.name}`);
      await writeFolder(out, async (temporary) => {
        const files = await checkpointToSafetensors(checkpoint, diskFolder(temporary), { type, onProgress: ({ done, total }) => progress(done, total), signal });
        const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
        print(`${merged.size} of ${checkpoint.tensors.size} tensors changed; ${files.length} files, ${(bytes / 1e6).toFixed(1)} MB`);
        if (options['no-check']) return;
        const copy = await openCheckpoint(temporary);
        try {
          await verifyWeights(checkpoint, copy.checkpoint, print, signal);
        } finally {
          await copy.close();
        }
      });
      print(`Written to ${out}`);
    } finally {
      await close();
    }
  },
};
