import { LabError, throwIfCancelled } from '../../error.ts';
import { matrixShape, readRows, tensorInfo, type Checkpoint } from './checkpoint.ts';

/** Values decoded at once: bounds the memory of work on a tensor of any size. */
const CHUNK_VALUES = 1 << 21;

/** Decoded values of whole rows. */
export interface RowChunk {
  values: Float32Array;
  columns: number;
}

/** The error for a non-finite weight in the source, of which no copy can be right. */
export function brokenSource(tensor: string, value: number, name?: string): LabError {
  return new LabError({
    code: 'bad-data',
    where: name ?? tensor,
    what: `The source itself contains ${value} in ${tensor}: it is damaged, or its training diverged.`,
    todo: 'Download the weights again, or use an earlier checkpoint of the training.',
  });
}

/** The rows of one or more tensors, one after another, a few at a time. */
export async function* rowChunks(
  source: Checkpoint,
  tensors: readonly string[],
  signal?: AbortSignal,
): AsyncGenerator<RowChunk> {
  for (const tensor of tensors) {
    const { rows, columns } = matrixShape(tensorInfo(source, tensor));
    const step = Math.max(1, Math.floor(CHUNK_VALUES / columns));
    for (let row = 0; row < rows; row += step) {
      throwIfCancelled(signal);
      yield { values: await readRows(source, tensor, row, Math.min(step, rows - row)), columns };
    }
  }
}
