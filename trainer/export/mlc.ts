import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { formatMegabytes } from '../../src/core/units.ts';
import { LazyMap } from '../../src/core/async/memoised.ts';
import { LabError } from '../../src/core/error.ts';
import type { Checkpoint } from '../../src/core/formats/checkpoint/checkpoint.ts';
import { brokenSource, rowChunks } from '../../src/core/formats/checkpoint/row-chunks.ts';
import { chatTemplate } from '../../src/core/formats/checkpoint/template.ts';
import { contextBeforeWindow } from '../../src/core/formats/config.ts';
import { parseJson } from '../../src/core/json.ts';
import { mlcWindow } from '../../src/core/formats/mlc/chat-config.ts';
import { chooseConversation } from '../../src/core/formats/mlc/conversation.ts';
import { exportMlc } from '../../src/core/formats/mlc/export.ts';
import { MLC_FORMATS, type MlcDtype, type MlcFloat } from '../../src/core/formats/mlc/format.ts';
import { INDEX_NAMES, indexSchema } from '../../src/core/formats/mlc/index-file.ts';
import { mlcParameters, mlcTensors, type MlcParameter } from '../../src/core/formats/mlc/parameters.ts';
import { GROUP, groupErrorLimit } from '../../src/core/formats/mlc/quantise.ts';
import { MlcReader } from '../../src/core/formats/mlc/read.ts';
import { mean } from '../../src/core/statistics/descriptive.ts';
import { chatTokenizerOf } from '../../src/core/tokenizer/chat-tokenizer.ts';
import type { OutputFolder } from '../files/output.ts';
import { diskFolder } from '../files/sink.ts';
import { type FileSource, fileSource } from '../files/source.ts';

export interface MlcFolderOptions {
  dtype: MlcDtype;
  contextLength?: number;
  /** Compares the result with the source. */
  check: boolean;
  print: (line: string) => void;
  onProgress: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/** Atomically writes a checkpoint as a folder for WebLLM, and checks it. */
export async function exportMlcFolder(source: Checkpoint, out: OutputFolder, options: MlcFolderOptions): Promise<void> {
  const { dtype, contextLength, check, print, onProgress, signal } = options;
  const tokenizer = chatTokenizerOf(source.files, source.name);
  const { conversation, exact } = chooseConversation(
    chatTemplate(source.files) ?? '',
    (turns) => tokenizer.renderPrompt(turns),
    source.config,
  );
  await out.write(async (temporary) => {
    const files = await exportMlc(source, diskFolder(temporary), {
      dtype,
      conversation,
      onProgress: ({ done, total }) => onProgress(done, total),
      ...(contextLength !== undefined && { contextLength }),
      ...(signal && { signal }),
    });
    print(`${files.length} files, ${formatMegabytes(files.reduce((sum, { bytes }) => sum + bytes, 0))}`);
    print(
      `Prompts: MLC's template ${conversation.name} ` +
        `${exact ? 'renders a probe conversation as' : 'does NOT render a probe conversation exactly as'} the ` +
        "model's own",
    );
    if (mlcWindow(source.config) === null && contextBeforeWindow(source.config) < source.config.contextLength) {
      print(
        `MLC has no sliding window for this model: the context is ${contextBeforeWindow(source.config)} tokens, ` +
          `the length of the window, instead of ${source.config.contextLength}.`,
      );
    }
    if (check) await verifyMlc(source, temporary, dtype, print, signal);
  });
}

/**
 * Largest error of a value that was only rounded: half a unit in the last place, or of the smallest half-precision
 * number.
 */
const ROUNDING: Record<MlcFloat, (value: number) => number> = {
  float32: () => 0,
  float16: (value) => Math.max(2 ** -11 * Math.abs(value), 2 ** -25),
};

/**
 * Reads a weight folder back and compares every parameter with its source: names and sizes, and each value within what
 * the format's rounding allows.
 * @throws {LabError} `bad-file` at the first difference.
 */
export async function verifyMlc(
  source: Checkpoint,
  folder: string,
  dtype: MlcDtype,
  print: (line: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  const index = indexSchema.parse(parseJson(await readFile(join(folder, INDEX_NAMES[0]), 'utf8'), INDEX_NAMES[0]));
  for (const { dataPath, nbytes, records } of index.records) {
    const { size } = await stat(join(folder, dataPath));
    if (size !== nbytes || size !== records.reduce((sum, record) => sum + record.nbytes, 0))
      throw broken(`${dataPath} has ${size} bytes where its index says ${nbytes}.`, folder);
  }
  const opened = new LazyMap<string, FileSource>();
  const open = (path: string) => opened.get(path, () => fileSource(join(folder, path)));
  try {
    const reader = new MlcReader(index, dtype, open);
    const parameters = mlcParameters(source.config, source.tensors.keys());
    const expected = parameters.flatMap((parameter) => mlcTensors(parameter, dtype)).map(({ name }) => name);
    if (reader.names.length !== expected.length || expected.some((name) => !reader.names.includes(name)))
      throw broken('The tensors in its index are not those of the model.', folder);
    const errors: ParameterError[] = [];
    for (const parameter of parameters)
      errors.push(await compareParameter(source, reader, parameter, MLC_FORMATS[dtype].float, signal));
    checkMlcSettings(source, await readFile(join(folder, 'mlc-chat-config.json'), 'utf8'), folder);
    report(errors, print);
  } finally {
    for (const file of opened.clear()) await (await file).close();
  }
}

const chatConfigSchema = z.looseObject({
  model_config: z.looseObject({
    rope_scaling: z.record(z.string(), z.unknown()).nullable(),
    position_embedding_base: z.number(),
    tie_word_embeddings: z.boolean(),
    rms_norm_eps: z.number(),
  }),
  context_window_size: z.int(),
  sliding_window_size: z.int(),
  conv_template: z.looseObject({ stop_token_ids: z.array(z.int()) }),
});

/** Checks the settings that WebLLM reads besides the weights. */
function checkMlcSettings({ config }: Checkpoint, text: string, where: string): void {
  const {
    model_config: model,
    context_window_size: context,
    sliding_window_size: window,
    conv_template: conversation,
  } = chatConfigSchema.parse(parseJson(text, 'mlc-chat-config.json'));
  const scaling = config.ropeScaling;
  const problems = [
    ...((model.rope_scaling?.['rope_type'] ?? 'none') === scaling.type &&
    (scaling.type === 'none' || model.rope_scaling?.['factor'] === scaling.factor)
      ? []
      : ['rope scaling']),
    ...(model.position_embedding_base === config.ropeTheta ? [] : ['rope theta']),
    ...(model.tie_word_embeddings === config.tied ? [] : ['tied head']),
    ...(model.rms_norm_eps === config.normEpsilon ? [] : ['norm epsilon']),
    ...(window === (mlcWindow(config) ?? -1) && context <= contextBeforeWindow(config) ? [] : ['sliding window']),
    ...(config.eosTokenIds.every((id) => conversation.stop_token_ids.includes(id)) ? [] : ['end tokens']),
  ];
  if (problems.length > 0)
    throw broken(`Its mlc-chat-config.json differs from the source in: ${problems.join(', ')}.`, where);
}

interface ParameterError {
  module: string;
  /** Root mean square of the differences over that of the source. */
  relative: number;
}

async function compareParameter(
  source: Checkpoint,
  reader: MlcReader,
  parameter: MlcParameter,
  float: MlcFloat,
  signal?: AbortSignal,
): Promise<ParameterError> {
  // The parts of a bias are rows of the source and stretches of one row here.
  const vector = parameter.shape.length === 1 ? await reader.readRows(parameter, 0, 1) : undefined;
  let [difference, size, done] = [0, 0, 0];
  for await (const { values, columns } of rowChunks(source, parameter.sources, signal)) {
    const found = vector
      ? { values: vector.values.subarray(done), scales: null }
      : await reader.readRows(parameter, done / columns, values.length / columns);
    for (let i = 0; i < values.length; i++) {
      const [value, read] = [values[i] ?? NaN, found.values[i] ?? NaN];
      if (!Number.isFinite(value)) throw brokenSource(parameter.module, value, source.name);
      const error = Math.abs(value - read);
      const limit = found.scales
        ? groupErrorLimit(found.scales[Math.floor(i / GROUP)] ?? NaN, float)
        : ROUNDING[float](value);
      if (!(error <= limit))
        throw broken(`A value of ${parameter.module} is ${read} where the source has ${value}.`, source.name);
      difference += error * error;
      size += value * value;
    }
    done += values.length;
  }
  return { module: parameter.module, relative: Math.sqrt(difference / Math.max(size, Number.MIN_VALUE)) };
}

function report(errors: ParameterError[], print: (line: string) => void): void {
  const inexact = errors.filter(({ relative }) => relative > 0).sort((a, b) => b.relative - a.relative);
  print(
    `Weights: ${errors.length - inexact.length} of ${errors.length} parameters equal the source exactly, every ` +
      "other value is within the format's rounding",
  );
  const [worst] = inexact;
  if (!worst) return;
  const average = mean(inexact.map(({ relative }) => relative));
  print(
    `Relative error of the others: mean ${average.toExponential(2)}, largest ${worst.relative.toExponential(2)} ` +
      `(${worst.module})`,
  );
}

function broken(what: string, where: string): LabError {
  return new LabError({ code: 'bad-file', what, where, todo: 'Please report this; the folder was not kept.' });
}
