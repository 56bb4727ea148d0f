import { LabError, throwIfCancelled } from '../../src/error.ts';
import { type Checkpoint, matrixShape, readRows, tensorInfo } from '../../src/model/checkpoint/checkpoint.ts';
import { EXPORT_FORMATS, type ExportDtype } from '../../src/model/export/dtype.ts';
import { countParameters } from '../../src/model/export/export.ts';
import { forward } from '../../src/model/reference/forward.ts';
import { openExportedFolder } from './folder.ts';
import { onnxLogits } from './logits.ts';

/** Values compared at once. */
const CHUNK_VALUES = 1 << 21;

/** Largest relative error that a sound export can have; more means that something is broken, not coarse. */
const LIMITS: Record<ExportDtype, number> = { fp32: 0, fp16: 1e-3, q8: 0.02, q4: 0.2, q4f16: 0.2 };

/** Weights up to which the plain forward pass takes seconds. */
const SMALL = 2e8;
/** Tokens that the logits are compared on: any will do, low ids exist in every vocabulary. */
const PROBE = [1, 2, 7, 19, 44, 101, 150, 203];
/** Largest difference of logits, relative to their spread, that the arithmetic of each IO type explains. */
const LOGIT_LIMIT = { float32: 1e-3, float16: 0.1 };

/** How far the weights of an export are from their source. */
export interface WeightErrors {
  /** Tensors that are equal value for value. */
  exact: number;
  tensors: number;
  /** Root mean square of the differences over that of the source, per tensor that differs; the largest first. */
  relative: { tensor: string; error: number }[];
}

/** Reads an export back and compares every tensor with its source. */
export async function compareWeights(source: Checkpoint, copy: Checkpoint, signal?: AbortSignal): Promise<WeightErrors> {
  const errors: WeightErrors = { exact: 0, tensors: 0, relative: [] };
  for (const tensor of copy.tensors.keys()) {
    const { rows, columns } = matrixShape(tensorInfo(source, tensor));
    const step = Math.max(1, Math.floor(CHUNK_VALUES / columns));
    let difference = 0;
    let size = 0;
    for (let row = 0; row < rows; row += step) {
      throwIfCancelled(signal);
      const take = Math.min(step, rows - row);
      const [a, b] = [await readRows(source, tensor, row, take), await readRows(copy, tensor, row, take)];
      for (let i = 0; i < a.length; i++) {
        const value = a[i] ?? 0;
        difference += (value - (b[i] ?? 0)) ** 2;
        size += value * value;
      }
    }
    errors.tensors++;
    if (difference === 0) errors.exact++;
    else errors.relative.push({ tensor, error: Math.sqrt(difference / Math.max(size, Number.MIN_VALUE)) });
  }
  errors.relative.sort((a, b) => b.error - a.error);
  return errors;
}

/**
 * Reloads an export and compares it with its source: every weight, and where the model is small enough the logits that
 * ONNX Runtime computes with those of a plain forward pass over the source.
 * @throws {LabError} bad-file when they differ by more than the dtype explains.
 */
export async function verifyExport(source: Checkpoint, folder: string, print: (line: string) => void, signal?: AbortSignal): Promise<void> {
  const { checkpoint, dtype, model, close } = await openExportedFolder(folder);
  try {
    const errors = await compareWeights(source, checkpoint, signal);
    print(`Weights: ${errors.exact} of ${errors.tensors} tensors equal the source exactly`);
    const [worst] = errors.relative;
    if (worst) {
      const mean = errors.relative.reduce((sum, { error }) => sum + error, 0) / errors.relative.length;
      print(`Relative error of the others: mean ${mean.toExponential(2)}, largest ${worst.error.toExponential(2)} (${worst.tensor})`);
      if (worst.error > LIMITS[dtype]) {
        throw new LabError({ code: 'bad-file', what: `The export differs from its source by ${worst.error.toFixed(3)} in ${worst.tensor}.`, where: folder, todo: 'Please report this; the folder was not kept.' });
      }
    }
    if (countParameters(source) > SMALL) return print('Logits: not compared, the model is too large for the plain forward pass');
    const ids = PROBE.map((id) => id % source.config.vocabSize);
    const [expected, found] = [await forward(checkpoint, ids, signal), await onnxLogits(model, source.config, EXPORT_FORMATS[dtype].io, ids)];
    const error = relativeDifference(expected, found);
    print(`Logits: ONNX Runtime differs from a plain forward pass over the exported weights by ${error.toExponential(2)} of their spread`);
    if (error > LOGIT_LIMIT[EXPORT_FORMATS[dtype].io]) {
      throw new LabError({ code: 'bad-file', what: `The exported graph computes other logits than its weights say (${error.toExponential(2)}).`, where: folder, todo: 'Please report this; the folder was not kept.' });
    }
  } finally {
    await close();
  }
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
