import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import {
  emit,
  evaluate,
  fill,
  Graph,
  gradients,
  size,
  sum,
  reshape,
  mul,
  type Array64,
  type ElementType,
  type Value,
} from '../index.ts';
import * as op from '../index.ts';

interface Case {
  /** Inputs by name: a shape, or shape, type and numbers for those that are not differentiated. */
  inputs: Record<string, number[] | { type: ElementType; shape: number[]; data: number[] }>;
  build: (values: Record<string, Value>) => Value;
  /** Shifts random inputs, e.g. to keep a logarithm's argument positive. */
  shift?: number;
  /** Not differentiable: only compared with onnxruntime. */
  forwardOnly?: boolean;
}

const matrix = { x: [3, 4] };
const pair = { a: [2, 3, 4], b: [3, 1] };
const v = (values: Record<string, Value>, name: string): Value => values[name] as Value;
const two =
  (f: (a: Value, b: Value) => Value): Case['build'] =>
  (values) =>
    f(v(values, 'a'), v(values, 'b'));
const one =
  (f: (x: Value) => Value): Case['build'] =>
  (values) =>
    f(v(values, 'x'));

/** At least one entry for every operator of the table. */
const CASES: Record<string, Case[]> = {
  add: [
    { inputs: pair, build: two(op.add) },
    { inputs: { a: [4], b: [2, 4] }, build: two(op.add) },
  ],
  sub: [{ inputs: pair, build: two(op.sub) }],
  mul: [
    { inputs: pair, build: two(op.mul) },
    { inputs: matrix, build: one((x) => op.mul(x, x)) },
  ],
  div: [{ inputs: pair, build: two(op.div), shift: 3 }],
  minimum: [{ inputs: pair, build: two(op.minimum), forwardOnly: true }],
  neg: [{ inputs: matrix, build: one(op.neg) }],
  exp: [{ inputs: matrix, build: one(op.exp) }],
  log: [{ inputs: matrix, build: one(op.log), shift: 3 }],
  sqrt: [{ inputs: matrix, build: one(op.sqrt), shift: 3 }],
  reciprocal: [{ inputs: matrix, build: one(op.reciprocal), shift: 3 }],
  sigmoid: [{ inputs: matrix, build: one(op.sigmoid) }],
  keep: [
    {
      inputs: { mask: { type: 'bool', shape: [2, 3], data: [1, 0, 1, 1, 0, 0] }, x: [2, 3] },
      build: (values) => op.keep(v(values, 'mask'), v(values, 'x')),
    },
  ],
  sum: [0, 1, 2].map((axis) => ({ inputs: { x: [2, 3, 4] }, build: one((x) => op.sum(x, axis)) })),
  max: [{ inputs: matrix, build: one((x) => op.max(x, 1)), forwardOnly: true }],
  softmax: [{ inputs: { x: [2, 3, 4] }, build: one(op.softmax) }],
  squaredNorm: [{ inputs: matrix, build: one(op.squaredNorm), forwardOnly: true }],
  reshape: [{ inputs: matrix, build: one((x) => op.reshape(x, [2, 'n'])) }],
  transpose: [{ inputs: { x: [2, 3, 4] }, build: one((x) => op.transpose(x, [2, 0, 1])) }],
  slice: [{ inputs: { x: [2, 5, 3] }, build: one((x) => op.slice(x, 1, 1, 4)) }],
  pad: [{ inputs: { x: [2, 3] }, build: one((x) => op.pad(x, 1, 2, 1)) }],
  concat: [{ inputs: { a: [2, 3], b: [2, 1] }, build: two((a, b) => op.concat([a, b, a], 1)) }],
  expandLike: [{ inputs: { a: [1, 3], b: [2, 3] }, build: two(op.expandLike), forwardOnly: true }],
  matmul: [
    { inputs: { a: [2, 3, 4], b: [2, 4, 5] }, build: two(op.matmul) },
    { inputs: { a: [2, 3, 2, 4], b: [2, 1, 4, 5] }, build: two(op.matmul) },
    { inputs: { a: [1, 2, 3], b: [3, 3, 2] }, build: two(op.matmul) },
  ],
  gemm: [false, true].flatMap((transA) =>
    [false, true].map((transB) => ({
      inputs: { a: transA ? [4, 3] : [3, 4], b: transB ? [5, 4] : [4, 5], c: [3, 5] },
      build: (values: Record<string, Value>) =>
        op.gemm(v(values, 'a'), v(values, 'b'), { transA, transB, alpha: 0.7 }, v(values, 'c')),
    })),
  ),
  gather: [
    {
      inputs: { a: [4, 2], b: { type: 'int32', shape: [3], data: [3, 0, 3] } },
      build: two(op.gather),
      forwardOnly: true,
    },
  ],
  takeRows: [
    {
      inputs: {
        x: [5, 2],
        rows: { type: 'int32', shape: [2], data: [3, 1] },
        inverse: { type: 'int32', shape: [5], data: [2, 1, 2, 0, 2] },
      },
      build: (values) => op.takeRows(v(values, 'x'), v(values, 'rows'), v(values, 'inverse')),
    },
  ],
  rmsNorm: [
    {
      inputs: { x: [3, 4], w: { type: 'float32', shape: [4], data: [1, 0.5, -2, 1.5] } },
      build: (values) => op.rmsNorm(v(values, 'x'), v(values, 'w'), 1e-5),
    },
  ],
  quantisedGemm: [true, false].flatMap((transB) =>
    [4, 8].map((bits) => {
      const [rows, blocks] = [3, 2];
      return {
        inputs: {
          x: transB ? [2, 64] : [2, rows],
          codes: {
            type: 'uint8' as const,
            shape: [rows, blocks, 4 * bits],
            data: Array.from({ length: rows * blocks * 4 * bits }, (_, i) => (37 * i) % 256),
          },
          scales: {
            type: 'float32' as const,
            shape: [rows, blocks],
            data: [0.1, 0.02, 0.3, 0.05, 0.01, 0.2].map((scale) => (bits === 8 ? scale / 16 : scale)),
          },
          ...(bits === 4 && {
            offsets: { type: 'float32' as const, shape: [blocks, rows], data: [0.4, -0.2, 0.1, 0, 0.3, -0.5] },
          }),
        },
        build: (values: Record<string, Value>) =>
          op.quantisedGemm(
            v(values, 'x'),
            { codes: v(values, 'codes'), scales: v(values, 'scales'), offsets: values['offsets'] },
            transB,
          ),
      };
    }),
  ),
  quantisedRows: [
    {
      inputs: {
        codes: { type: 'uint8', shape: [4, 1, 32], data: Array.from({ length: 128 }, (_, i) => (53 * i) % 256) },
        scales: { type: 'float32', shape: [4, 1], data: [0.01, 0.02, 0.005, 0.1] },
        rows: { type: 'int32', shape: [3], data: [3, 0, 3] },
      },
      build: (values) =>
        op.quantisedRows({ codes: v(values, 'codes'), scales: v(values, 'scales') }, v(values, 'rows')),
      forwardOnly: true,
    },
  ],
  swiglu: [{ inputs: { a: [3, 4], b: [3, 4] }, build: two(op.swiglu) }],
  attend: [{ inputs: { a: [2, 3, 2, 4], b: [2, 1, 4, 5] }, build: two(op.attend) }],
  rotary: [
    {
      inputs: {
        x: [3, 8],
        cos: { type: 'float32', shape: [3, 2], data: [1, 1, 0.5, 0.9, -0.4, 0.8] },
        sin: { type: 'float32', shape: [3, 2], data: [0, 0, 0.8, 0.4, 0.9, 0.6] },
      },
      build: (values) => op.rotary(v(values, 'x'), v(values, 'cos'), v(values, 'sin')),
    },
  ],
};

/** Numbers in [-1, 1) that do not repeat within a test. */
function noise(seed: number, index: number): number {
  return (
    2 * ((Math.sin(seed * 12.9898 + index * 78.233) * 43758.5453) % 1) -
    Math.sign(Math.sin(seed * 12.9898 + index * 78.233))
  );
}

function prepare(test: Case): { graph: Graph; inputs: Record<string, Array64>; free: string[] } {
  const graph = new Graph();
  const values: Record<string, Value> = {};
  const inputs: Record<string, Array64> = {};
  const free: string[] = [];
  Object.entries(test.inputs).forEach(([name, given], i) => {
    const { type, shape } = Array.isArray(given) ? { type: 'float32' as const, shape: given } : given;
    values[name] = graph.input(name, type, shape);
    inputs[name] = Array.isArray(given)
      ? fill(shape, (index) => noise(i + 1, index) + (test.shift ?? 0))
      : fill(shape, (index) => given.data[index] ?? 0);
    if (Array.isArray(given)) free.push(name);
  });
  const result = test.build(values);
  graph.output('result', result);
  if (!test.forwardOnly) {
    const count = evaluate(graph, inputs)['result']?.data.length ?? 0;
    const weights = graph.constant(
      Array.from({ length: count }, (_, i) => noise(99, i)),
      [count],
    );
    const loss = sum(mul(reshape(result, [count]), weights), 0);
    graph.output('loss', loss);
    gradients(
      loss,
      free.map((name) => v(values, name)),
    ).forEach((g, i) => graph.output(`d_${free[i] ?? ''}`, g));
  }
  return { graph, inputs, free };
}

function tensor(type: ElementType, { shape, data }: Array64): ort.Tensor {
  if (type === 'bool') return new ort.Tensor('bool', Uint8Array.from(data), shape);
  if (type === 'uint8') return new ort.Tensor('uint8', Uint8Array.from(data), shape);
  if (type === 'int32') return new ort.Tensor('int32', Int32Array.from(data), shape);
  return new ort.Tensor('float32', Float32Array.from(data), shape);
}

describe('operators', () => {
  it('has a case for every operator', () => {
    expect(Object.keys(CASES).sort()).toEqual([...op.OPERATORS.keys()].sort());
  });

  const all = Object.entries(CASES).flatMap(([name, cases]) =>
    cases.map((test, i) => ({ name: `${name} ${i + 1}`, test })),
  );

  it.each(all.filter(({ test }) => !test.forwardOnly))('$name: the gradient is the central difference', ({ test }) => {
    const { graph, inputs, free } = prepare(test);
    const result = evaluate(graph, inputs);
    for (const name of free) {
      const x = inputs[name] as Array64;
      const analytic = result[`d_${name}`] as Array64;
      expect(analytic.shape).toEqual(x.shape);
      for (let i = 0; i < size(x.shape); i++) {
        const moved = (h: number): number => {
          const data = x.data.slice();
          data[i] = (data[i] ?? 0) + h;
          return evaluate(graph, { ...inputs, [name]: { shape: x.shape, data } })['loss']?.data[0] ?? NaN;
        };
        const numeric = (moved(1e-5) - moved(-1e-5)) / 2e-5;
        expect(Math.abs((analytic.data[i] ?? NaN) - numeric)).toBeLessThan(1e-6 * Math.max(1, Math.abs(numeric)));
      }
    }
  });

  it.each(all)('$name: onnxruntime agrees with the reference', async ({ test }) => {
    const { graph, inputs } = prepare(test);
    const session = await ort.InferenceSession.create(emit(graph, 'case'));
    const used = new Set(session.inputNames);
    const feeds = Object.fromEntries(
      [...graph.inputs]
        .filter(([name]) => used.has(name))
        .map(([name, { type }]) => [name, tensor(type, inputs[name] as Array64)]),
    );
    const outputs = await session.run(feeds);
    for (const [name, expected] of Object.entries(evaluate(graph, inputs))) {
      const actual = outputs[name] as ort.Tensor;
      expect([...actual.dims]).toEqual(expected.shape);
      expected.data.forEach((value, i) => expect(actual.data[i]).toBeCloseTo(value, 4));
    }
  });
});
