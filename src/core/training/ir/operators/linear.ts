import { attr } from '../../../formats/onnx/index.ts';
import { broadcastIndices, broadcastSizes, size, type Array64 } from '../array64.ts';
import { apply, at, broadcastShapes, describe, sameShape, setting, type Operator, type Value } from '../value.ts';
import { sumTo } from './reduce.ts';
import { transpose } from './shape.ts';

function product(a: Float64Array, b: Float64Array, out: Float64Array, m: number, k: number, n: number): void {
  for (let i = 0; i < m; i++) {
    for (let p = 0; p < k; p++) {
      const x = a[i * k + p] ?? 0;
      for (let j = 0; j < n; j++) out[i * n + j] = (out[i * n + j] ?? 0) + x * (b[p * n + j] ?? 0);
    }
  }
}

/** Product of two stacks of matrices, [..., m, k] and [..., k, n], whose leading sizes broadcast. */
export const MATMUL: Operator = {
  name: 'matmul',
  infer: ([a, b]) => {
    if (!a || !b || a.shape.at(-1) !== b.shape.at(-2)) {
      throw new Error(`matmul cannot multiply ${describe(a?.shape ?? [])} by ${describe(b?.shape ?? [])}.`);
    }
    return {
      shape: [...broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2)), at(a.shape, -2), at(b.shape, -1)],
      type: 'float32',
    };
  },
  emit: ({ names, onnx }) => onnx.node('MatMul', [...names]),
  gradient: ({ inputs, needs, broadcast }) => {
    const g = broadcast();
    const [a, b] = [at(inputs, 0), at(inputs, 1)];
    return [
      needs[0] ? sumTo(matmul(g, swapLast(b)), a.shape) : undefined,
      needs[1] ? sumTo(matmul(swapLast(a), g), b.shape) : undefined,
    ];
  },
  evaluate: ([x, y]) => {
    const [a, b] = [x as Array64, y as Array64];
    const [m, k, n] = [at(a.shape, -2), at(a.shape, -1), at(b.shape, -1)];
    const stack = broadcastSizes(a.shape.slice(0, -2), b.shape.slice(0, -2));
    const [ofA, ofB] = [a, b].map(({ shape }) => broadcastIndices(shape.slice(0, -2), stack));
    const shape = [...stack, m, n];
    const data = new Float64Array(size(shape));
    for (let i = 0; i < size(stack); i++) {
      const [ia, ib] = [(ofA?.[i] ?? 0) * m * k, (ofB?.[i] ?? 0) * k * n];
      product(
        a.data.subarray(ia, ia + m * k),
        b.data.subarray(ib, ib + k * n),
        data.subarray(i * m * n, (i + 1) * m * n),
        m,
        k,
        n,
      );
    }
    return { shape, data };
  },
};

function flip({ shape, data }: Array64): Array64 {
  const [rows, columns] = [at(shape, 0), at(shape, 1)];
  const result = new Float64Array(data.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) result[j * rows + i] = data[i * columns + j] ?? 0;
  return { shape: [columns, rows], data: result };
}

/**
 * alpha · op(A) · op(B) [+ C] for matrices, where op transposes on request: one copy of a weight [out, in] serves the
 * forward pass (B transposed) and the backward pass (B as it is).
 */
export const GEMM: Operator = {
  name: 'gemm',
  infer: (inputs, { transA, transB }) => {
    const [a, b] = [at(inputs, 0).shape, at(inputs, 1).shape];
    const [m, k] = transA ? [at(a, 1), at(a, 0)] : [at(a, 0), at(a, 1)];
    const [k2, n] = transB ? [at(b, 1), at(b, 0)] : [at(b, 0), at(b, 1)];
    if (k !== k2 || a.length !== 2 || b.length !== 2)
      throw new Error(`gemm cannot multiply ${describe(a)} by ${describe(b)}.`);
    const shape = [m, n];
    if (inputs[2] && !sameShape(inputs[2].shape, shape))
      throw new Error(`gemm cannot add ${describe(inputs[2].shape)} to ${describe(shape)}.`);
    return { shape, type: 'float32' };
  },
  emit: ({ names, settings, onnx }) =>
    onnx.node('Gemm', [...names], {
      transA: attr.int(settings.transA ? 1 : 0),
      transB: attr.int(settings.transB ? 1 : 0),
      alpha: attr.float(setting<number>(settings, 'alpha', 1)),
    }),
  gradient: ({ inputs, settings, needs, broadcast }) => {
    const [a, b] = [at(inputs, 0), at(inputs, 1)];
    const { transA = false, transB = false, alpha = 1 } = settings as GemmSettings;
    const g = broadcast();
    const left = (): Value =>
      transA ? gemm(b, g, { transA: transB, transB: true, alpha }) : gemm(g, b, { transB: !transB, alpha });
    const right = (): Value =>
      transB ? gemm(g, a, { transA: true, transB: transA, alpha }) : gemm(a, g, { transA: !transA, alpha });
    return [needs[0] ? left() : undefined, needs[1] ? right() : undefined, needs[2] ? g : undefined];
  },
  evaluate: ([x, y, c], settings) => {
    const { transA, transB, alpha = 1 } = settings as GemmSettings;
    const a = transA ? flip(x as Array64) : (x as Array64);
    const b = transB ? flip(y as Array64) : (y as Array64);
    const [m, k, n] = [at(a.shape, 0), at(a.shape, 1), at(b.shape, 1)];
    const data = new Float64Array(m * n);
    product(a.data, b.data, data, m, k, n);
    return { shape: [m, n], data: data.map((value, i) => alpha * value + (c?.data[i] ?? 0)) };
  },
};

export interface GemmSettings {
  transA?: boolean;
  transB?: boolean;
  alpha?: number;
}

/** A stack of matrices, each transposed. */
export function swapLast(x: Value): Value {
  return transpose(x, swapped(x.shape.map((_, axis) => axis)));
}

/** A list with its last two items swapped: the shape or the axes of `swapLast`. */
export function swapped<T>(list: readonly T[]): T[] {
  return [...list.slice(0, -2), ...list.slice(-2).reverse()];
}

export const matmul = (a: Value, b: Value): Value => apply(MATMUL, [a, b]);
export const gemm = (a: Value, b: Value, settings: GemmSettings = {}, c?: Value): Value =>
  apply(GEMM, c ? [a, b, c] : [a, b], { ...settings });
