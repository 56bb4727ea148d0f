/** A dense row-major array in double precision, for the reference evaluator. */
export interface Array64 {
  shape: number[];
  data: Float64Array;
}

export function size(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

export function array64(shape: number[], data: ArrayLike<number>): Array64 {
  if (size(shape) !== data.length) throw new Error(`${data.length} numbers do not fill [${shape.join(', ')}].`);
  return { shape, data: Float64Array.from(data) };
}

/** An array of `shape` filled by flat index. */
export function fill(shape: number[], valueAt: (index: number) => number): Array64 {
  const data = new Float64Array(size(shape));
  for (let i = 0; i < data.length; i++) data[i] = valueAt(i);
  return { shape, data };
}

export function strides(shape: readonly number[]): number[] {
  const result = new Array<number>(shape.length).fill(1);
  for (let i = shape.length - 2; i >= 0; i--) result[i] = (result[i + 1] ?? 1) * (shape[i + 1] ?? 1);
  return result;
}

/** Flat indices into an array of `shape`, in the order of a row-major walk over `target`, which it broadcasts to. */
export function broadcastIndices(shape: readonly number[], target: readonly number[]): Int32Array {
  const offset = target.length - shape.length;
  const own = strides(shape);
  const steps = target.map((_, i) => (i < offset || shape[i - offset] === 1 ? 0 : (own[i - offset] ?? 0)));
  const indices = new Int32Array(size(target));
  const counter = new Array<number>(target.length).fill(0);
  let index = 0;
  for (let i = 0; i < indices.length; i++) {
    indices[i] = index;
    for (let axis = target.length - 1; axis >= 0; axis--) {
      const step = steps[axis] ?? 0;
      const count = (counter[axis] ?? 0) + 1;
      if (count < (target[axis] ?? 1)) {
        counter[axis] = count;
        index += step;
        break;
      }
      counter[axis] = 0;
      index -= step * (count - 1);
    }
  }
  return indices;
}

/** NumPy's broadcast of two concrete shapes. */
export function broadcastSizes(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[i - rank + a.length] ?? 1;
    const y = b[i - rank + b.length] ?? 1;
    if (x !== y && x !== 1 && y !== 1) throw new Error(`[${a.join(', ')}] and [${b.join(', ')}] do not broadcast.`);
    return x === 1 ? y : x;
  });
}

/** Splits an array around an axis: `outer` blocks of `length` rows of `inner` numbers. */
export function around(shape: readonly number[], axis: number): { outer: number; length: number; inner: number } {
  return { outer: size(shape.slice(0, axis)), length: shape[axis] ?? 1, inner: size(shape.slice(axis + 1)) };
}
