import { LabError } from '../../src/core/error.ts';
import type { Checkpoint } from '../../src/core/formats/checkpoint/checkpoint.ts';
import { contextBeforeWindow, type ModelConfig } from '../../src/core/formats/config.ts';
import { EXPORT_FORMATS, type ExportDtype } from '../../src/core/formats/export/dtype.ts';
import { countParameters } from '../../src/core/formats/export/export.ts';
import { openGguf } from '../../src/core/formats/gguf/checkpoint.ts';
import { metadataNumber, metadataString } from '../../src/core/formats/gguf/config.ts';
import { ggufEndTokens, ropeFactors } from '../../src/core/formats/gguf/from-checkpoint.ts';
import type { GgufHeader } from '../../src/core/formats/gguf/types.ts';
import { forward } from '../../src/core/formats/reference/forward.ts';
import type { ByteSource } from '../../src/core/formats/source.ts';
import { decodeStored, type StoredType } from '../../src/core/formats/stored.ts';
import { fileSource } from '../files/source.ts';
import { compareWeights, describeErrors } from './compare.ts';
import { checkEffective, effectiveSettings } from './effective.ts';
import { openExportedFolder } from './folder.ts';
import { SMALL } from './known-values.ts';
import { onnxLogits } from './logits.ts';

/** Largest relative error of a correct copy; more means a bug, not coarse quantisation. */
const LIMITS: Record<StoredType, number> = {
  F32: 0,
  F16: 1e-3,
  BF16: 4e-3,
  Q8_0: 0.02,
  Q5_1: 0.1,
  Q5_0: 0.1,
  Q4_1: 0.2,
  Q4_0: 0.2,
};

/** Tokens on which the logits are compared. Any would do; low ids exist in every vocabulary. */
const PROBE = [1, 2, 7, 19, 44, 101, 150, 203];
/** Largest difference of logits, relative to their spread, that the precision of each IO type explains. */
const LOGIT_LIMIT = { float32: 1e-3, float16: 0.1 };

type Print = (line: string) => void;

/**
 * Compares a copy that was read back with its source, weights and settings, and prints the errors.
 * @param expected expected settings of the copy; by default those of the source.
 * @throws {LabError} `bad-file` when a tensor is missing or differs by more than its type explains, or a setting
 * differs.
 */
export async function verifyCopy(
  source: Checkpoint,
  copy: Checkpoint,
  print: Print,
  signal?: AbortSignal,
  expected = effectiveSettings(source),
): Promise<void> {
  checkEffective(expected, effectiveSettings(copy), copy.name);
  await verifyWeights(source, copy, print, signal);
}

async function verifyWeights(source: Checkpoint, copy: Checkpoint, print: Print, signal?: AbortSignal): Promise<void> {
  const errors = await compareWeights(source, copy, signal);
  for (const line of describeErrors(errors)) print(line);
  for (const { tensor, type, error } of errors.relative) {
    if (error <= LIMITS[type]) continue;
    throw new LabError({
      code: 'bad-file',
      what: `The copy differs from its source by ${error.toExponential(2)} in ${tensor}.`,
      where: copy.name,
      todo: 'Please report this; the copy was not kept.',
    });
  }
}

/**
 * Reloads an ONNX export and compares it with its source: every weight and, if the model is small enough, the
 * logits of ONNX Runtime with those of a plain forward pass over the exported weights.
 * @throws {LabError} `bad-file` when they differ by more than the dtype explains.
 */
export async function verifyExport(
  source: Checkpoint,
  folder: string,
  print: Print,
  signal?: AbortSignal,
): Promise<void> {
  const { checkpoint, dtype, model, close } = await openExportedFolder(folder);
  try {
    await verifyCopy(source, checkpoint, print, signal);
    if (countParameters(source) > SMALL) {
      print('Logits: not compared, the model is too large for the plain forward pass');
      return;
    }
    await verifyLogits(checkpoint, model, dtype, print, signal);
  } finally {
    await close();
  }
}

async function verifyLogits(
  checkpoint: Checkpoint,
  model: string,
  dtype: ExportDtype,
  print: Print,
  signal?: AbortSignal,
): Promise<void> {
  const { io } = EXPORT_FORMATS[dtype];
  const ids = PROBE.map((id) => id % checkpoint.config.vocabSize);
  const [expected, found] = [
    await forward(checkpoint, ids, signal),
    await onnxLogits(model, checkpoint.config, io, ids),
  ];
  const error = relativeDifference(expected, found);
  print(
    'Logits: ONNX Runtime differs from a plain forward pass over the exported weights by ' +
      `${error.toExponential(2)} of their spread`,
  );
  if (error > LOGIT_LIMIT[io]) {
    throw new LabError({
      code: 'bad-file',
      what: `The logits of the exported graph differ from those of its weights (${error.toExponential(2)}).`,
      where: model,
      todo: 'Please report this; the folder was not kept.',
    });
  }
}

/**
 * Reloads a GGUF export without other files, as llama.cpp does, and compares every weight and setting with its source.
 * @throws {LabError} `bad-file` when they differ by more than the type explains.
 */
export async function verifyGguf(source: Checkpoint, file: string, print: Print, signal?: AbortSignal): Promise<void> {
  const bytes = await fileSource(file);
  try {
    const { config } = source;
    // The file has a table instead of Llama 3's scaling in config.json; the table is compared below.
    const table = config.ropeScaling.type === 'llama3';
    const copy = await openGguf(
      bytes,
      table ? new Map([['config.json', source.files.get('config.json') ?? '']]) : new Map<string, string>(),
    );
    if (table) await checkRopeTable(bytes, copy.header, config);
    const context = metadataNumber(
      copy.header.metadata,
      `${metadataString(copy.header.metadata, 'general.architecture') ?? ''}.context_length`,
    );
    if (context !== contextBeforeWindow(config))
      throw broken(`Its context is ${context} where ${contextBeforeWindow(config)} tokens were intended.`, copy.name);
    const windows = table ? copy.config.windows : config.windows.map(() => null);
    await verifyCopy(source, copy, print, signal, {
      ...effectiveSettings(source),
      'sliding windows': windows,
      'end tokens': ggufEndTokens(source),
    });
  } finally {
    await bytes.close();
  }
}

async function checkRopeTable(bytes: ByteSource, { tensors }: GgufHeader, config: ModelConfig): Promise<void> {
  const tensor = tensors.find(({ name }) => name === 'rope_freqs.weight');
  const values = tensor
    ? decodeStored(tensor.type, await bytes.read(tensor.offset, tensor.bytes), tensor.shape[0] ?? 0)
    : new Float32Array(0);
  const wanted = ropeFactors(config);
  if (values.length === wanted.length && wanted.every((factor, k) => values[k] === factor)) return;
  throw broken('Its table of rotary factors is not that of the rope scaling.', bytes.name);
}

function broken(what: string, where: string): LabError {
  return new LabError({ code: 'bad-file', what, where, todo: 'Please report this; the copy was not kept.' });
}

/** Root mean square of the differences over the standard deviation of the expected values. */
function relativeDifference(expected: Float32Array[], found: Float32Array[]): number {
  let difference = 0;
  let sum = 0;
  let square = 0;
  let count = 0;
  expected.forEach((row, t) =>
    row.forEach((value, i) => {
      difference += (value - (found[t]?.[i] ?? Infinity)) ** 2;
      sum += value;
      square += value * value;
      count++;
    }),
  );
  return Math.sqrt(difference / Math.max(square - (sum * sum) / count, Number.MIN_VALUE));
}
