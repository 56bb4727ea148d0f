import { attr } from '../../../formats/onnx/index.ts';
import { around, broadcastIndices, size, strides, type Array64 } from '../array64.ts';
import { apply, at, describe, setting, times, type Dim, type Operator, type Shape, type Value } from '../value.ts';

/** A new shape for the same numbers; at most one dimension may be named. */
export const RESHAPE: Operator = {
  name: 'reshape',
  infer: (inputs, settings) => {
    const shape = setting<Shape>(settings, 'shape');
    const from = at(inputs, 0).shape;
    if (shape.filter((dim) => typeof dim === 'string').length > 1)
      throw new Error(`${describe(shape)} has two named dimensions.`);
    if (
      [from, shape].every((s) => s.every((dim) => typeof dim === 'number')) &&
      size(from as number[]) !== size(shape as number[])
    ) {
      throw new Error(`${describe(from)} cannot become ${describe(shape)}.`);
    }
    return { shape, type: at(inputs, 0).type };
  },
  emit: ({ names, settings, onnx, ints }) =>
    onnx.node('Reshape', [
      at(names, 0),
      ints(setting<Shape>(settings, 'shape').map((dim) => (typeof dim === 'number' ? dim : -1))),
    ]),
  gradient: ({ inputs, broadcast }) => [reshape(broadcast(), at(inputs, 0).shape)],
  evaluate: ([x], settings) => {
    const { data } = x as Array64;
    const shape = setting<Shape>(settings, 'shape');
    const known = size(shape.filter((dim) => typeof dim === 'number'));
    return { shape: shape.map((dim) => (typeof dim === 'number' ? dim : data.length / known)), data };
  },
};

export const TRANSPOSE: Operator = {
  name: 'transpose',
  infer: (inputs, settings) => {
    const { shape, type } = at(inputs, 0);
    return { shape: setting<number[]>(settings, 'order').map((axis) => at(shape, axis)), type };
  },
  emit: ({ names, settings, onnx }) =>
    onnx.node('Transpose', [...names], { perm: attr.ints([...setting<number[]>(settings, 'order')]) }),
  gradient: ({ settings, broadcast }) => {
    const order = setting<number[]>(settings, 'order');
    return [
      transpose(
        broadcast(),
        order.map((_, axis) => order.indexOf(axis)),
      ),
    ];
  },
  evaluate: ([x], settings) => {
    const { shape, data } = x as Array64;
    const order = setting<number[]>(settings, 'order');
    const own = strides(shape);
    const target = order.map((axis) => at(shape, axis));
    const steps = order.map((axis) => at(own, axis));
    const targetStrides = strides(target);
    const result = new Float64Array(data.length);
    for (let i = 0; i < result.length; i++) {
      let from = 0;
      for (let axis = 0; axis < target.length; axis++) {
        from += (Math.floor(i / at(targetStrides, axis)) % at(target, axis)) * at(steps, axis);
      }
      result[i] = data[from] ?? NaN;
    }
    return { shape: target, data: result };
  },
};

/** Elements `start` (inclusive) to `end` (exclusive) along one axis of fixed size. */
export const SLICE: Operator = {
  name: 'slice',
  infer: (inputs, settings) => {
    const { shape, type } = at(inputs, 0);
    const length = setting<number>(settings, 'end') - setting<number>(settings, 'start');
    return { shape: shape.map((dim, i) => (i === settings.axis ? length : dim)), type };
  },
  emit: ({ names, settings, onnx, ints }) => {
    const [start, end, axis] = ['start', 'end', 'axis'].map((name) => ints([setting<number>(settings, name)]));
    return onnx.node('Slice', [at(names, 0), start ?? '', end ?? '', axis ?? '']);
  },
  gradient: ({ inputs, settings, broadcast }) => {
    const axis = setting<number>(settings, 'axis');
    const before = setting<number>(settings, 'start');
    const after = Number(at(at(inputs, 0).shape, axis)) - setting<number>(settings, 'end');
    return [pad(broadcast(), axis, before, after)];
  },
  evaluate: ([x], settings) => {
    const { shape, data } = x as Array64;
    const [axis, start, end] = ['axis', 'start', 'end'].map((name) => setting<number>(settings, name)) as [
      number,
      number,
      number,
    ];
    const { outer, length, inner } = around(shape, axis);
    const count = (end - start) * inner;
    const result = new Float64Array(outer * count);
    for (let o = 0; o < outer; o++) {
      result.set(data.subarray((o * length + start) * inner, (o * length + end) * inner), o * count);
    }
    return { shape: shape.map((dim, i) => (i === axis ? end - start : dim)), data: result };
  },
};

/** Zeros before and after along one axis. */
export const PAD: Operator = {
  name: 'pad',
  infer: (inputs, settings) => {
    const { shape, type } = at(inputs, 0);
    const extra = setting<number>(settings, 'before') + setting<number>(settings, 'after');
    return {
      shape: shape.map((dim, i) =>
        i !== settings.axis ? dim : typeof dim === 'number' ? dim + extra : `${dim}+${extra}`,
      ),
      type,
    };
  },
  emit: ({ names, inputs, settings, onnx, ints }) => {
    const rank = at(inputs, 0).shape.length;
    const side = (name: string): number[] =>
      Array.from({ length: rank }, (_, i) => (i === settings.axis ? setting<number>(settings, name) : 0));
    return onnx.node('Pad', [at(names, 0), ints([...side('before'), ...side('after')])]);
  },
  gradient: ({ inputs, settings, broadcast }) => {
    const axis = setting<number>(settings, 'axis');
    const before = setting<number>(settings, 'before');
    return [slice(broadcast(), axis, before, before + Number(at(at(inputs, 0).shape, axis)))];
  },
  evaluate: ([x], settings) => {
    const { shape, data } = x as Array64;
    const [axis, before, after] = ['axis', 'before', 'after'].map((name) => setting<number>(settings, name)) as [
      number,
      number,
      number,
    ];
    const { outer, length, inner } = around(shape, axis);
    const wide = length + before + after;
    const result = new Float64Array(outer * wide * inner);
    for (let o = 0; o < outer; o++) {
      result.set(data.subarray(o * length * inner, (o + 1) * length * inner), (o * wide + before) * inner);
    }
    return { shape: shape.map((dim, i) => (i === axis ? wide : dim)), data: result };
  },
};

function joined(dims: Dim[]): Dim {
  if (dims.every((dim) => typeof dim === 'number')) return dims.reduce((a, b) => a + b, 0);
  if (dims.every((dim) => dim === dims[0])) return times(dims.length, dims[0] ?? 1);
  return dims.join('+');
}

export const CONCAT: Operator = {
  name: 'concat',
  infer: (inputs, settings) => {
    const { shape, type } = at(inputs, 0);
    return {
      shape: shape.map((dim, i) => (i === settings.axis ? joined(inputs.map((x) => at(x.shape, i))) : dim)),
      type,
    };
  },
  emit: ({ names, settings, onnx }) =>
    onnx.node('Concat', [...names], { axis: attr.int(setting<number>(settings, 'axis')) }),
  gradient: ({ inputs, settings, needs, broadcast }) => {
    const axis = setting<number>(settings, 'axis');
    const g = broadcast();
    let start = 0;
    return inputs.map((input, i) => {
      const length = at(input.shape, axis);
      if (typeof length !== 'number') throw new Error('The gradient of a concatenation needs fixed sizes.');
      start += length;
      return needs[i] ? slice(g, axis, start - length, start) : undefined;
    });
  },
  evaluate: (inputs, settings) => {
    const axis = setting<number>(settings, 'axis');
    const first = at(inputs, 0).shape;
    const { outer, inner } = around(first, axis);
    const total = inputs.reduce((sum, x) => sum + at(x.shape, axis), 0);
    const result = new Float64Array(outer * total * inner);
    let start = 0;
    for (const { shape, data } of inputs) {
      const count = at(shape, axis) * inner;
      for (let o = 0; o < outer; o++) result.set(data.subarray(o * count, (o + 1) * count), o * total * inner + start);
      start += count;
    }
    return { shape: first.map((dim, i) => (i === axis ? total : dim)), data: result };
  },
};

/**
 * The sum of two padded, adjacent pieces of one tensor as one piece; undefined for anything else. Joins the gradients
 * of a sliced tensor without adding zeros.
 */
export function joinPads(a: Value, b: Value): Value | undefined {
  const [left, right] = [a, b].map(padded).sort((x, y) => (x?.start ?? 0) - (y?.start ?? 0));
  if (!left || !right || left.axis !== right.axis || left.end !== right.start || left.size !== right.size)
    return undefined;
  const joined = concat(
    [...pieces(left.piece, left.axis), ...pieces(right.piece, right.axis)] as [Value, ...Value[]],
    left.axis,
  );
  return left.start === 0 && right.end === left.size
    ? joined
    : pad(joined, left.axis, left.start, left.size - right.end);
}

interface Padded {
  piece: Value;
  axis: number;
  /** The range of the piece within `size` along the axis. */
  start: number;
  end: number;
  size: number;
}

function padded({ shape, made }: Value): Padded | undefined {
  if (made?.operator !== PAD) return undefined;
  const axis = setting<number>(made.settings, 'axis');
  const [start, after, size] = [
    setting<number>(made.settings, 'before'),
    setting<number>(made.settings, 'after'),
    shape[axis],
  ];
  return typeof size === 'number' ? { piece: at(made.inputs, 0), axis, start, end: size - after, size } : undefined;
}

/** The inputs of a concatenation along this axis. */
function pieces(value: Value, axis: number): readonly Value[] {
  return value.made?.operator === CONCAT && value.made.settings.axis === axis ? value.made.inputs : [value];
}

/** Broadcasts the first input to the shape of the second, which is not differentiated. */
export const EXPAND_LIKE: Operator = {
  name: 'expandLike',
  infer: ([x, like]) => ({ shape: (like as Value).shape, type: (x as Value).type }),
  emit: ({ names, onnx }) => onnx.node('Expand', [at(names, 0), onnx.node('Shape', [at(names, 1)])]),
  evaluate: ([x, like]) => {
    const { shape, data } = x as Array64;
    const target = (like as Array64).shape;
    return { shape: target, data: Float64Array.from(broadcastIndices(shape, target), (i) => data[i] ?? NaN) };
  },
};

export const reshape = (x: Value, shape: Shape): Value => apply(RESHAPE, [x], { shape });
export const transpose = (x: Value, order: number[]): Value => apply(TRANSPOSE, [x], { order });
export const slice = (x: Value, axis: number, start: number, end: number): Value =>
  apply(SLICE, [x], { axis, start, end });
export const pad = (x: Value, axis: number, before: number, after: number): Value =>
  apply(PAD, [x], { axis, before, after });
export const concat = (inputs: readonly [Value, ...Value[]], axis: number): Value => apply(CONCAT, inputs, { axis });
export const expandLike = (x: Value, like: Value): Value => apply(EXPAND_LIKE, [x, like]);
