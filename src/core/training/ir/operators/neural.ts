import { attr, MICROSOFT } from '../../../formats/onnx/index.ts';
import { size, type Array64 } from '../array64.ts';
import { apply, at, describe, sameShape, setting, type Operator, type Value } from '../value.ts';
import { add, div, mul, neg, sigmoid, sqrt, sub } from './elementwise.ts';
import { MATMUL, matmul, swapLast, swapped } from './linear.ts';
import { sum, sumTo } from './reduce.ts';

/** Rows of a frozen table: table[indices[i]]. */
export const GATHER: Operator = {
  name: 'gather',
  infer: (inputs) => {
    const [table, indices] = [at(inputs, 0), at(inputs, 1)];
    return { shape: [...indices.shape, ...table.shape.slice(1)], type: table.type };
  },
  emit: ({ names, onnx }) => onnx.node('Gather', [...names], { axis: attr.int(0) }),
  gradient: () => {
    throw new Error('The table of gather is frozen; use takeRows if a gradient must flow.');
  },
  evaluate: ([table, indices]) => takeRows64(table as Array64, indices as Array64),
};

function takeRows64(table: Array64, { shape, data: rows }: Array64): Array64 {
  const width = table.data.length / at(table.shape, 0);
  const data = new Float64Array(rows.length * width);
  rows.forEach((row, i) => {
    if (row >= 0) data.set(table.data.subarray(row * width, (row + 1) * width), i * width);
  });
  return { shape: [...shape, ...table.shape.slice(1)], data };
}

/**
 * Distinct rows of a matrix: x[rows[i]]. `inverse[j]` is the i with rows[i] = j, or rows.length if there is none, so
 * that the gradient is also a selection and needs no scatter. Index rows.length selects a row of zeros.
 */
export const TAKE_ROWS: Operator = {
  name: 'takeRows',
  infer: (inputs) => {
    const [x, rows] = [at(inputs, 0), at(inputs, 1)];
    if (x.shape.length !== 2) throw new Error(`takeRows needs a matrix, not ${describe(x.shape)}.`);
    return { shape: [at(rows.shape, 0), at(x.shape, 1)], type: x.type };
  },
  emit: ({ names, onnx, ints }) => {
    const [x, rows] = [at(names, 0), at(names, 1)];
    const padded = onnx.node('Pad', [x, ints([0, 0, 1, 0])]);
    return onnx.node('Gather', [padded, rows], { axis: attr.int(0) });
  },
  gradient: ({ inputs, broadcast }) => [takeRows(broadcast(), at(inputs, 2), at(inputs, 1)), undefined, undefined],
  evaluate: ([x, rows]) => {
    const { shape, data } = x as Array64;
    const width = at(shape, 1);
    const padded: Array64 = { shape: [at(shape, 0) + 1, width], data: new Float64Array(data.length + width) };
    padded.data.set(data);
    return takeRows64(padded, rows as Array64);
  },
};

/** Softmax over the last axis. */
export const SOFTMAX: Operator = {
  name: 'softmax',
  infer: (inputs) => ({ shape: at(inputs, 0).shape, type: 'float32' }),
  emit: ({ names, onnx }) => onnx.node('Softmax', [...names], { axis: attr.int(-1) }),
  gradient: ({ output, broadcast }) => {
    const g = broadcast();
    return [mul(output, sub(g, sum(mul(g, output), output.shape.length - 1)))];
  },
  evaluate: ([x]) => {
    const { shape, data } = x as Array64;
    const length = shape.at(-1) ?? 1;
    const result = new Float64Array(size(shape));
    for (let row = 0; row < result.length; row += length) {
      const part = data.subarray(row, row + length);
      const peak = part.reduce((a, b) => Math.max(a, b), -Infinity);
      const total = part.reduce((a, b) => a + Math.exp(b - peak), 0);
      for (let i = 0; i < length; i++) result[row + i] = Math.exp((part[i] ?? 0) - peak) / total;
    }
    return { shape, data: result };
  },
};

/** x / sqrt(mean(x²) + epsilon) · weight over the last axis (Zhang & Sennrich 2019); the weight is frozen. */
export const RMS_NORM: Operator = {
  name: 'rmsNorm',
  infer: (inputs) => ({ shape: at(inputs, 0).shape, type: 'float32' }),
  emit: ({ names, settings, onnx }) =>
    onnx.node('SimplifiedLayerNormalization', [...names], {
      axis: attr.int(-1),
      epsilon: attr.float(setting<number>(settings, 'epsilon')),
    }),
  gradient: ({ inputs, settings, needs, broadcast }) => {
    const [x, weight] = [at(inputs, 0), at(inputs, 1)];
    if (needs[1]) throw new Error('The weight of rmsNorm is frozen.');
    const axis = x.shape.length - 1;
    const width = x.graph.constant(Number(at(x.shape, axis)));
    const epsilon = x.graph.constant(setting<number>(settings, 'epsilon'));
    const meanSquare = add(div(sum(mul(x, x), axis), width), epsilon);
    const g = mul(broadcast(), weight);
    const along = div(sum(mul(g, x), axis), mul(meanSquare, width));
    return [div(sub(g, mul(x, along)), sqrt(meanSquare)), undefined];
  },
  evaluate: ([x, weight], settings) => {
    const { shape, data } = x as Array64;
    const width = at(shape, -1);
    const result = new Float64Array(data.length);
    for (let row = 0; row < data.length; row += width) {
      const squares = data.subarray(row, row + width).reduce((total, value) => total + value * value, 0);
      const scale = 1 / Math.sqrt(squares / width + setting<number>(settings, 'epsilon'));
      for (let i = 0; i < width; i++)
        result[row + i] = (data[row + i] ?? 0) * scale * ((weight as Array64).data[i] ?? 0);
    }
    return { shape, data: result };
  },
};

/**
 * x · sigmoid(x) · y (Shazeer 2020). Its gradient uses the result: with s = sigmoid(x) and h = x·s it is
 * g·h for y, and g·(h·y + s·(y − h·y)) for x.
 */
export const SWIGLU: Operator = {
  name: 'swiglu',
  infer: ([x, y]) => {
    if (!x || !y || !sameShape(x.shape, y.shape)) throw new Error('swiglu takes two operands of one shape.');
    return { shape: x.shape, type: 'float32' };
  },
  emit: ({ names: [x = '', y = ''], onnx }) => onnx.node('Mul', [onnx.node('Mul', [x, onnx.node('Sigmoid', [x])]), y]),
  gradient: ({ inputs, output, broadcast }) => {
    const [x, y] = [at(inputs, 0), at(inputs, 1)];
    const [g, gate] = [broadcast(), sigmoid(x)];
    return [mul(g, add(output, mul(gate, sub(y, output)))), mul(g, mul(x, gate))];
  },
  evaluate: ([x, y]) => {
    const { shape, data } = x as Array64;
    return { shape, data: data.map((value, i) => (value / (1 + Math.exp(-value))) * ((y as Array64).data[i] ?? 0)) };
  },
};

/**
 * softmax(scores) · values, whose leading sizes broadcast. The softmax's gradient needs the sum of gradient times
 * weight over each row, which equals the sum of gradient times result: headDim numbers per row instead of one per key
 * (Dao et al. 2022).
 */
export const ATTEND: Operator = {
  name: 'attend',
  infer: (inputs, settings) => MATMUL.infer(inputs, settings),
  emit: ({ names, onnx }) =>
    onnx.node('MatMul', [onnx.node('Softmax', [at(names, 0)], { axis: attr.int(-1) }), at(names, 1)]),
  gradient: ({ inputs, output, broadcast, needs }) => {
    const [scores, values] = [at(inputs, 0), at(inputs, 1)];
    const [g, weights] = [broadcast(), softmax(scores)];
    const along = sum(mul(g, output), output.shape.length - 1);
    return [
      needs[0] ? mul(weights, sub(matmul(g, swapLast(values)), along)) : undefined,
      // Transposed, because onnxruntime multiplies by a wide matrix faster than by a tall one.
      needs[1] ? swapLast(sumTo(matmul(swapLast(g), weights), swapped(values.shape))) : undefined,
    ];
  },
  evaluate: ([scores, values], settings) =>
    MATMUL.evaluate([SOFTMAX.evaluate([scores as Array64], {}), values as Array64], settings),
};

/**
 * Rotary position embedding (Su et al. 2021) in the rotate-half form of Llama checkpoints, for heads concatenated in
 * rows [T, heads · headDim]: x·cos + [−x₂, x₁]·sin within each head. The tables [T, headDim / 2] have one row per row
 * of x.
 */
export const ROTARY: Operator = {
  name: 'rotary',
  infer: (inputs) => {
    const [x, cos] = [at(inputs, 0), at(inputs, 1)];
    if (
      x.shape.length !== 2 ||
      cos.shape.length !== 2 ||
      Number(at(x.shape, 1)) % (2 * Number(at(cos.shape, 1))) !== 0
    ) {
      throw new Error(`rotary cannot rotate ${describe(x.shape)} by ${describe(cos.shape)}.`);
    }
    return { shape: x.shape, type: 'float32' };
  },
  emit: ({ names, inputs, onnx, ints }) => {
    const width = Number(at(at(inputs, 0).shape, 1));
    const sequence = onnx.node('Reshape', [at(names, 0), ints([1, -1, width])]);
    const turned = onnx.node(
      'RotaryEmbedding',
      [sequence, ints([0]), at(names, 1), at(names, 2)],
      {},
      { domain: MICROSOFT },
    );
    return onnx.node('Reshape', [turned, ints([-1, width])]);
  },
  gradient: ({ inputs, broadcast }) => [rotary(broadcast(), at(inputs, 1), neg(at(inputs, 2))), undefined, undefined],
  evaluate: ([x, cos, sin]) => {
    const { shape, data } = x as Array64;
    const width = at(shape, 1);
    const half = at((cos as Array64).shape, 1);
    const result = data.map((value, i) => {
      const column = (i % width) % (2 * half);
      const angle = Math.floor(i / width) * half + (column % half);
      const other = column < half ? -(data[i + half] ?? 0) : (data[i - half] ?? 0);
      return value * ((cos as Array64).data[angle] ?? 0) + other * ((sin as Array64).data[angle] ?? 0);
    });
    return { shape, data: result };
  },
};

export const gather = (table: Value, indices: Value): Value => apply(GATHER, [table, indices]);
export const takeRows = (x: Value, rows: Value, inverse: Value): Value => apply(TAKE_ROWS, [x, rows, inverse]);
export const softmax = (x: Value): Value => apply(SOFTMAX, [x]);
export const rmsNorm = (x: Value, weight: Value, epsilon: number): Value => apply(RMS_NORM, [x, weight], { epsilon });
export const swiglu = (x: Value, y: Value): Value => apply(SWIGLU, [x, y]);
export const attend = (scores: Value, values: Value): Value => apply(ATTEND, [scores, values]);
export const rotary = (x: Value, cos: Value, sin: Value): Value => apply(ROTARY, [x, cos, sin]);
