import { mean } from '../../src/core/statistics/descriptive.ts';
import { LabError } from '../../src/core/error.ts';
import { type Checkpoint, readRows, tensorInfo } from '../../src/core/formats/checkpoint/checkpoint.ts';
import { brokenSource, rowChunks } from '../../src/core/formats/checkpoint/row-chunks.ts';
import { roundToNearest } from '../../src/core/formats/round-to-nearest.ts';
import type { StoredType } from '../../src/core/formats/stored.ts';

export interface TensorError {
  tensor: string;
  /** The type in which the copy stores it. */
  type: StoredType;
  /** Root mean square of the differences over that of the source. */
  error: number;
  /** The same error if the source were rounded to the nearest level of each block, for quantised types. */
  nearest?: number;
}

/** Differences between the weights of a copy and its source. */
export interface WeightErrors {
  /** Number of tensors that are exactly equal. */
  exact: number;
  tensors: number;
  /** Tensors that differ, the largest error first. */
  relative: TensorError[];
}

/**
 * Compares every tensor of the source with the copy, a few rows at a time.
 * @throws {LabError} `bad-file` when either has a tensor that the other lacks, `bad-data` when the source contains
 * values that are not finite.
 */
export async function compareWeights(
  source: Checkpoint,
  copy: Checkpoint,
  signal?: AbortSignal,
): Promise<WeightErrors> {
  const errors: WeightErrors = { exact: 0, tensors: 0, relative: [] };
  checkNames(source, copy);
  for (const tensor of source.tensors.keys()) {
    const { type } = tensorInfo(copy, tensor);
    let row = 0;
    let [difference, nearest, size] = [0, 0, 0];
    for await (const { values, columns } of rowChunks(source, [tensor], signal)) {
      const broken = values.find((value) => !Number.isFinite(value));
      if (broken !== undefined) throw brokenSource(tensor, broken, source.name);
      const count = values.length / columns;
      const found = await readRows(copy, tensor, row, count);
      const here = squaredDifference(values, found);
      const rounded = here > 0 ? roundToNearest(type, values) : undefined;
      difference += here;
      if (rounded) nearest += squaredDifference(values, rounded);
      size += squaredDifference(values, undefined);
      row += count;
    }
    errors.tensors++;
    if (difference === 0) errors.exact++;
    else {
      const relative = (square: number): number => Math.sqrt(square / Math.max(size, Number.MIN_VALUE));
      errors.relative.push({
        tensor,
        type,
        error: relative(difference),
        ...(nearest > 0 && { nearest: relative(nearest) }),
      });
    }
  }
  errors.relative.sort((a, b) => b.error - a.error);
  return errors;
}

function checkNames(source: Checkpoint, copy: Checkpoint): void {
  const lost = [...source.tensors.keys()].filter((name) => !copy.tensors.has(name));
  const made = [...copy.tensors.keys()].filter((name) => !source.tensors.has(name));
  if (lost.length + made.length === 0) return;
  const list = (names: readonly string[]): string =>
    `${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''}`;
  const what =
    lost.length > 0
      ? `The copy lacks ${list(lost)}, which the source has.`
      : `The copy has ${list(made)}, which the source lacks.`;
  throw new LabError({ code: 'bad-file', what, where: copy.name, todo: 'Please report this; the copy was not kept.' });
}

function squaredDifference(a: Float32Array, b: Float32Array | undefined): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] ?? 0) - (b?.[i] ?? 0)) ** 2;
  return sum;
}

/** Describes the errors, one line per type of the copy that is not exact. */
export function describeErrors({ exact, tensors, relative }: WeightErrors): string[] {
  const lines = [`Weights: ${exact} of ${tensors} tensors equal the source exactly`];
  for (const type of new Set(relative.map((one) => one.type))) {
    const group = relative.filter((one) => one.type === type);
    const [worst] = group;
    if (!worst) continue;
    const rounded = group.flatMap(({ nearest }) => nearest ?? []);
    const margin =
      rounded.length === group.length ? `; rounding to the nearest level: mean ${mean(rounded).toExponential(2)}` : '';
    lines.push(
      `${type}: ${group.length} tensors, relative error mean ` +
        `${mean(group.map(({ error }) => error)).toExponential(2)}, largest ${worst.error.toExponential(2)} ` +
        `(${worst.tensor})${margin}`,
    );
  }
  return lines;
}
