import { LabError, throwIfCancelled } from '../../src/error.ts';
import { type Checkpoint, matrixShape, readRows, tensorInfo } from '../../src/model/checkpoint/checkpoint.ts';
import type { ExportDtype } from '../../src/model/export/dtype.ts';
import { openExportedFolder } from './folder.ts';

/** Values compared at once. */
const CHUNK_VALUES = 1 << 21;

/** Largest relative error that a sound export can have; more means that something is broken, not coarse. */
const LIMITS: Record<ExportDtype, number> = { fp32: 0, fp16: 1e-3, q8: 0.02, q4: 0.2, q4f16: 0.2 };

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
  const { checkpoint, dtype, close } = await openExportedFolder(folder);
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
  } finally {
    await close();
  }
}
