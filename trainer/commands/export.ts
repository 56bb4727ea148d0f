import { basename, resolve } from 'node:path';
import { LabError } from '../../src/core/error.ts';
import { choose, defineCommand } from '../../src/node/command-options.ts';
import { combinedLicence } from '../../src/core/training/merge/provenance.ts';
import { EXPORT_DTYPES } from '../../src/core/formats/export/dtype.ts';
import { MLC_DTYPES, type MlcDtype } from '../../src/core/formats/mlc/format.ts';
import { ADAPTER_FORMATS, exportAdapterFolder } from '../export/adapter.ts';
import { exportEncoderFolder } from '../export/encoder.ts';
import { trainingSection } from '../export/facts.ts';
import { exportGgufFolder, GGUF_DTYPES } from '../export/gguf.ts';
import type { ExportJob } from '../export/job.ts';
import { exportMlcFolder } from '../export/mlc.ts';
import { exportOnnxFolder } from '../export/onnx.ts';
import { readSources, trainingOf } from '../export/sources.ts';
import { claimFolder } from '../files/output.ts';
import { openModel } from '../files/open-model.ts';
import { adapterPaths, ADAPTER, FORCE } from './options.ts';
import { progressLine } from './progress.ts';

/** Formats that can be written. To add one, add a line here. */
const FORMATS: Record<
  'onnx' | 'gguf' | 'mlc',
  { dtypes: readonly string[]; write: (job: ExportJob) => Promise<void> }
> = {
  onnx: { dtypes: EXPORT_DTYPES, write: exportOnnxFolder },
  gguf: { dtypes: GGUF_DTYPES, write: exportGgufFolder },
  mlc: {
    dtypes: MLC_DTYPES,
    write: (job) => exportMlcFolder(job.source, job.out, { ...job, dtype: job.dtype as MlcDtype }),
  },
};

/** Converts a checkpoint into a model folder. */
export const exportCommand = defineCommand({
  summary:
    'Convert a checkpoint, with adapters merged in, to a model for the lab and transformers.js (onnx), llama.cpp ' +
    '(gguf) or WebLLM (mlc); or the adapters alone, as one for llama.cpp (gguf-lora) or PEFT (peft).',
  operand: 'in',
  options: {
    in: {
      kind: 'text',
      value: 'MODEL',
      required: true,
      about: 'A GGUF file, a safetensors folder, or a folder that this command wrote.',
    },
    out: {
      kind: 'text',
      value: 'FOLDER',
      required: true,
      about: 'The folder to write. It must be new, empty, or written by the lab.',
    },
    format: {
      kind: 'text',
      choices: ['onnx', 'gguf', 'mlc', 'gguf-lora', 'peft'],
      default: 'onnx',
      about: 'What the model, or the adapter alone (gguf-lora, peft), is for.',
    },
    dtype: {
      kind: 'text',
      value: 'TYPE',
      required: true,
      about:
        `Format of the weights: ${EXPORT_DTYPES.join(', ')} (onnx); ${GGUF_DTYPES.join(', ')} (gguf); ` +
        `${MLC_DTYPES.join(', ')} (mlc); ${ADAPTER_FORMATS['gguf-lora'].join(', ')} (gguf-lora); ` +
        `${ADAPTER_FORMATS.peft.join(', ')} (peft).`,
    },
    adapter: ADAPTER,
    'adapted-bits': {
      kind: 'text',
      choices: ['4', '8'],
      default: '8',
      about:
        'Bits of the matrices that an adapter changed if the dtype has 4: its change is smaller than a 4-bit step.',
    },
    template: {
      kind: 'text',
      value: 'FILE',
      otherwise: "the adapters', otherwise the model's",
      about: 'A Jinja chat template.',
    },
    context: { kind: 'count', value: 'TOKENS', otherwise: "the model's", about: 'The context window to declare.' },
    name: { kind: 'text', value: 'NAME', otherwise: 'the name of the folder', about: 'The name of the model.' },
    summary: { kind: 'text', value: 'TEXT', otherwise: 'its base', about: 'What an adapter is for, in a sentence.' },
    rank: {
      kind: 'count',
      value: 'N',
      otherwise: 'its own',
      about: 'The rank to cut an adapter to by its singular values (gguf-lora and peft only).',
    },
    licence: {
      kind: 'text',
      value: 'TEXT',
      otherwise: 'that of the adapters, or of the original weights',
      about: 'The licence for the model card.',
    },
    source: {
      kind: 'text',
      value: 'TEXT',
      otherwise: 'the names of the weight files',
      about: 'Where the weights come from, for the model card.',
    },
    run: {
      kind: 'text',
      value: 'FOLDER',
      many: true,
      about: 'The run of an adapter, whose data, settings and losses go onto the model card.',
    },
    data: {
      kind: 'text',
      value: 'TEXT',
      otherwise: 'the names of the data files',
      about: "A description of the runs' data and its licence, for the model card.",
    },
    kind: {
      kind: 'text',
      choices: ['decoder', 'encoder'],
      default: 'decoder',
      about: 'A language model, or a BERT encoder that turns text into vectors (onnx only).',
    },
    'no-check': { kind: 'flag', about: 'Do not read the result back and compare it with its source.' },
    force: FORCE,
  },
  examples: [
    '--in model.Q4_0.gguf --format onnx --dtype q4 --out my-model',
    '--in base --adapter runs/mine/best --format gguf --dtype Q8_0 --out my-gguf',
    '--in base --adapter runs/mine/best --format gguf-lora --dtype Q8_0 --out my-adapter',
  ],
  async run({ in: input, out: path, format, dtype: wanted, adapter, ...options }, print, signal) {
    const inputs = {
      '--in': input,
      '--adapter': await adapterPaths(adapter),
      '--template': options.template,
      '--run': options.run,
    };
    if (options.rank !== undefined && !(format in ADAPTER_FORMATS)) {
      throw new LabError({
        code: 'bad-config',
        where: '--rank',
        what: `--rank cuts an adapter that is exported alone, and the format ${format} is that of a whole model.`,
        todo: 'Leave --rank out, or choose --format gguf-lora or peft.',
      });
    }
    if (options.kind === 'encoder') {
      return exportEncoderFolder(
        input,
        await claimFolder(path, { force: options.force, inputs, print }),
        { ...options, dtype: wanted },
        print,
      );
    }
    const out = await claimFolder(path, { force: options.force, inputs, print });
    const sections = options.run.length === 0 ? [] : [await trainingSection({ runs: options.run, data: options.data })];
    if (format === 'gguf-lora' || format === 'peft') {
      return exportAdapterFolder(out, {
        ...options,
        in: input,
        adapter,
        format,
        dtype: wanted,
        sections,
        check: !options['no-check'],
        print,
        onProgress: progressLine(`Exporting the adapter as ${wanted}`),
        signal,
      });
    }
    const { dtypes, write } = FORMATS[format];
    const dtype = choose('dtype', wanted, dtypes);
    const { checkpoint, merged, weightFiles, close } = await openModel({
      path: input,
      adapters: adapter,
      template: options.template,
    });
    try {
      for (const note of checkpoint.notes ?? []) print(note);
      const sources = await readSources(adapter);
      await write({
        source: checkpoint,
        out,
        dtype,
        name: options.name ?? basename(resolve(path)),
        licence: options.licence ?? combinedLicence(sources),
        origin: options.source ?? weightFiles.join(', '),
        sections: sections.length > 0 ? sections : trainingOf(sources),
        eightBits: (tensor) => options['adapted-bits'] === '8' && merged.has(tensor),
        ...(options.context !== undefined && { contextLength: options.context }),
        check: !options['no-check'],
        print,
        onProgress: progressLine(`Exporting ${checkpoint.name} as ${dtype}`),
        signal,
      });
      print(`Written to ${path}`);
    } finally {
      await close();
    }
  },
});
