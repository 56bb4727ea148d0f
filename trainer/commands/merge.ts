import { formatMegabytes } from '../../src/core/units.ts';
import { defineCommand } from '../../src/node/command-options.ts';
import { checkpointToSafetensors } from '../../src/core/formats/safetensors/from-checkpoint.ts';
import type { SafetensorsType } from '../../src/core/formats/safetensors/write.ts';
import { verifyCopy } from '../export/verify.ts';
import { openCheckpoint } from '../files/open.ts';
import { claimFolder } from '../files/output.ts';
import { diskFolder } from '../files/sink.ts';
import { openModel } from '../files/open-model.ts';
import { ADAPTER, adapterPaths, FORCE } from './options.ts';
import { progressLine } from './progress.ts';

const TYPES = { f32: 'F32', f16: 'F16', bf16: 'BF16' } as const satisfies Record<string, SafetensorsType>;

/** Writes a base model with adapters merged into it. */
export const mergeCommand = defineCommand({
  summary: 'Merge LoRA adapters into a base model and write it as a safetensors folder.',
  operand: 'base',
  options: {
    base: {
      kind: 'text',
      value: 'MODEL',
      required: true,
      about: 'The base model: a GGUF file, a safetensors folder, or a folder that export wrote.',
    },
    adapter: { ...ADAPTER, required: true },
    out: {
      kind: 'text',
      value: 'FOLDER',
      required: true,
      about: 'The folder to write. It must be new, empty, or written by the lab.',
    },
    dtype: { kind: 'text', choices: ['f32', 'f16', 'bf16'], default: 'f32', about: 'Format of the weights.' },
    template: {
      kind: 'text',
      value: 'FILE',
      otherwise: "the adapters', otherwise the model's",
      about: 'A Jinja chat template.',
    },
    'no-check': { kind: 'flag', about: 'Do not read the result back and compare it with its source.' },
    force: FORCE,
  },
  examples: [
    '--base base --adapter runs/mine/best --out merged',
    '--base base --adapter comfort=0.7 --adapter questions=0.5 --dtype bf16 --out merged',
  ],
  async run({ base, adapter, out: path, dtype, template, force, 'no-check': unchecked }, print, signal) {
    const inputs = { '--base': base, '--adapter': await adapterPaths(adapter), '--template': template };
    const out = await claimFolder(path, { force, inputs, print });
    const { checkpoint, adapters, merged, close } = await openModel({
      path: base,
      adapters: adapter,
      template,
      option: '--base',
    });
    try {
      for (const note of checkpoint.notes ?? []) print(note);
      for (const { adapter } of adapters)
        print(`${adapter.name}: rank ${adapter.settings.rank}, ${adapter.modules.size} modules`);
      const progress = progressLine(`Merging ${checkpoint.name}`);
      await out.write(async (temporary) => {
        const files = await checkpointToSafetensors(checkpoint, diskFolder(temporary), {
          type: TYPES[dtype],
          onProgress: ({ done, total }) => progress(done, total),
          signal,
        });
        const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
        print(
          `${merged.size} of ${checkpoint.tensors.size} tensors changed; ${files.length} files, ` +
            formatMegabytes(bytes),
        );
        if (unchecked) return;
        const copy = await openCheckpoint(temporary);
        try {
          await verifyCopy(checkpoint, copy.checkpoint, print, signal);
        } finally {
          await copy.close();
        }
      });
      print(`Written to ${path}`);
    } finally {
      await close();
    }
  },
});
