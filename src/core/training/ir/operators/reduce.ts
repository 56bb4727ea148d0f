import { attr } from '../../../formats/onnx/index.ts';
import { around, type Array64 } from '../array64.ts';
import { apply, at, sameShape, setting, type Operator, type Shape, type Value } from '../value.ts';
import { reshape } from './shape.ts';

function keptShape(shape: Shape, axis: number): Shape {
  return shape.map((dim, i) => (i === axis ? 1 : dim));
}

function reduction(name: string, onnx: string, start: number, f: (sum: number, x: number) => number): Operator {
  return {
    name,
    infer: (inputs, settings) => {
      const { shape, type } = at(inputs, 0);
      return { shape: keptShape(shape, setting<number>(settings, 'axis')), type };
    },
    emit: ({ names, settings, onnx: graph, ints }) =>
      graph.node(onnx, [at(names, 0), ints([setting<number>(settings, 'axis')])], { keepdims: attr.int(1) }),
    evaluate: ([x], settings) => {
      const { shape, data } = x as Array64;
      const axis = setting<number>(settings, 'axis');
      const { outer, length, inner } = around(shape, axis);
      const result = new Float64Array(outer * inner).fill(start);
      for (let o = 0; o < outer; o++) {
        for (let i = 0; i < length; i++) {
          for (let j = 0; j < inner; j++) {
            const to = o * inner + j;
            result[to] = f(result[to] ?? 0, data[(o * length + i) * inner + j] ?? 0);
          }
        }
      }
      return { shape: shape.map((dim, i) => (i === axis ? 1 : dim)), data: result };
    },
  };
}

/** Sum over one axis, kept with size 1. Passes on the incoming gradient, which broadcasts back. */
export const SUM: Operator = {
  ...reduction('sum', 'ReduceSum', 0, (sum, x) => sum + x),
  gradient: ({ broadcast }) => [broadcast()],
};

/** Largest element along one axis, kept with size 1; treated as a constant by the gradient. */
export const MAX: Operator = {
  ...reduction('max', 'ReduceMax', -Infinity, Math.max),
  gradient: () => [undefined],
};

/** Sum of squares of all elements, of size 1 along each axis. */
export const SQUARED_NORM: Operator = {
  name: 'squaredNorm',
  infer: (inputs) => ({ shape: at(inputs, 0).shape.map(() => 1), type: 'float32' }),
  emit: ({ names, onnx }) => onnx.node('ReduceSumSquare', [...names], { keepdims: attr.int(1) }),
  evaluate: ([x]) => {
    const { shape, data } = x as Array64;
    return { shape: shape.map(() => 1), data: Float64Array.of(data.reduce((a, b) => a + b * b, 0)) };
  },
};

export const sum = (x: Value, axis: number): Value => apply(SUM, [x], { axis });
export const max = (x: Value, axis: number): Value => apply(MAX, [x], { axis });
export const squaredNorm = (x: Value): Value => apply(SQUARED_NORM, [x]);

/** Sums a gradient over the axes that its operand of `shape` was broadcast along. */
export function sumTo(gradient: Value, shape: Shape): Value {
  const extra = gradient.shape.length - shape.length;
  let result = gradient;
  for (let axis = 0; axis < gradient.shape.length; axis++) {
    const own = axis < extra ? 1 : shape[axis - extra];
    if (own === 1 && result.shape[axis] !== 1) result = sum(result, axis);
  }
  return extra > 0 && !sameShape(result.shape, shape) ? reshape(result, shape) : result;
}
