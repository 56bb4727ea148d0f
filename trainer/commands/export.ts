import { basename, resolve } from 'node:path';
import { LabError } from '../../src/error.ts';
import { choose, type Command, parseOptions, required } from '../../src/lab/command-line.ts';
import { EXPORT_DTYPES } from '../../src/model/export/dtype.ts';
import { MLC_DTYPES, type MlcDtype } from '../../src/model/mlc/format.ts';
import { exportEncoderFolder } from '../export/encoder.ts';
import { trainingSection } from '../export/facts.ts';
import { exportGgufFolder, GGUF_DTYPES } from '../export/gguf.ts';
import type { ExportJob } from '../export/job.ts';
import { exportMlcFolder } from '../export/mlc.ts';
import { exportOnnxFolder } from '../export/onnx.ts';
import { openModel } from '../merge/open.ts';
import { progressLine } from './progress.ts';

const USAGE = [
  '--in <gguf|safetensors folder> [--adapter <folder>[=weight]]… --out <folder>',
  '--format onnx|gguf|mlc --dtype q4|q8|fp16|fp32|q4f16 (onnx), F16|Q8_0|Q4_0|Q4_1 (gguf), q4f16_1|q4f32_1|q0f16|q0f32 (mlc)',
  '[--adapted-bits 4|8] [--template <jinja file>] [--name …] [--licence …] [--source …] [--run <folder>]… [--data …] [--context <tokens>] [--no-check]',
].join(' ');

/** Formats that can be written; a new one is a line here. */
const FORMATS: Record<string, { dtypes: readonly string[]; write: (job: ExportJob) => Promise<void> }> = {
  onnx: { dtypes: EXPORT_DTYPES, write: exportOnnxFolder },
  gguf: { dtypes: GGUF_DTYPES, write: exportGgufFolder },
  mlc: { dtypes: MLC_DTYPES, write: (job) => exportMlcFolder(job.source, job.out, { ...job, dtype: job.dtype as MlcDtype }) },
};

/** Converts a checkpoint into a model folder. */
export const exportCommand: Command = {
  summary: 'Convert a checkpoint, adapters merged into it, into a model for the lab and transformers.js (onnx), llama.cpp (gguf) or WebLLM (mlc).',
  usage: USAGE,
  async run(args, print, signal) {
    const options = parseOptions(
      args,
      {
        in: { type: 'string' },
        adapter: { type: 'string', multiple: true },
        out: { type: 'string' },
        kind: { type: 'string', default: 'decoder' },
        format: { type: 'string', default: 'onnx' },
        dtype: { type: 'string' },
        'adapted-bits': { type: 'string', default: '8' },
        template: { type: 'string' },
        name: { type: 'string' },
        licence: { type: 'string' },
        source: { type: 'string' },
        run: { type: 'string', multiple: true },
        data: { type: 'string' },
        context: { type: 'string' },
        'no-check': { type: 'boolean', default: false },
      },
      USAGE,
    );
    const input = required('in', options.in, USAGE);
    const out = required('out', options.out, USAGE);
    if (choose('kind', options.kind, ['decoder', 'encoder']) === 'encoder') return exportEncoderFolder(input, out, options, print);
    const { dtypes = [], write } = FORMATS[choose('format', options.format, Object.keys(FORMATS))] ?? {};
    const dtype = choose('dtype', options.dtype, dtypes);
    const contextLength = options.context === undefined ? undefined : Number(options.context);
    if (contextLength !== undefined && !(Number.isInteger(contextLength) && contextLength > 0)) {
      throw new LabError({ code: 'bad-config', what: `--context ${options.context} is not a number of tokens.`, todo: 'Give a whole number such as 8192.' });
    }
    const eight = choose('adapted-bits', options['adapted-bits'], ['4', '8']) === '8';
    const sections = options.run === undefined ? [] : [await trainingSection({ runs: options.run, data: options.data })];
    const { checkpoint, merged, weightFiles, close } = await openModel({ path: input, adapters: options.adapter, template: options.template });
    try {
      await write?.({
        source: checkpoint,
        out,
        dtype,
        name: options.name ?? basename(resolve(out)),
        licence: options.licence ?? 'that of the original weights',
        origin: options.source ?? weightFiles.join(', '),
        sections,
        eightBits: (tensor) => eight && merged.has(tensor),
        ...(contextLength !== undefined && { contextLength }),
        check: !options['no-check'],
        print,
        onProgress: progressLine(`Exporting ${checkpoint.name} as ${dtype}`),
        signal,
      });
      print(`Written to ${out}`);
    } finally {
      await close();
    }
  },
};
