import fc from 'fast-check';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { LabError } from '../../error.ts';
import { attr, decodeModel, encodeModel, GraphBuilder, largestWeight, type OnnxModel } from './index.ts';

function sample(): OnnxModel {
  const g = new GraphBuilder('sample');
  g.input('x', 'float32', ['rows', 2]);
  g.floats('w', [2, 2], [1, 2, 3, -4]);
  g.ints('shape', [-1, 4]);
  const product = g.node('MatMul', ['x', 'w']);
  const soft = g.node('Elu', [product], { alpha: attr.float(0.5) });
  g.node('Reshape', [soft, 'shape'], { allowzero: attr.int(0) }, { outputs: ['y'] });
  g.output('y', 'float32', ['', 4]);
  return g.build({ author: 'tëst' });
}

describe('ONNX files', () => {
  it('reads back what it wrote', () => {
    const g = new GraphBuilder('all attributes');
    g.input('a', 'int64', []);
    g.external('big', 'uint8', [3, 5], { location: 'm.onnx_data', offset: 4096, length: 15 });
    g.node(
      'Anything',
      ['a', '', 'big'],
      {
        i: attr.int(-7),
        f: attr.float(0.25),
        s: attr.string('NONE'),
        is: attr.ints([1, -2, 2 ** 40]),
        fs: attr.floats([0.5, -1]),
        ss: attr.strings(['p', 'q']),
        t: attr.tensor({ name: 't', type: 'uint8', dims: [2], raw: Uint8Array.of(1, 2) }),
      },
      { domain: 'com.microsoft', outputs: ['o', '', 'p'] },
    );
    g.output('o', 'float16', ['batch_size', 3]);
    const model = g.build({ k: 'v' });
    expect(decodeModel(encodeModel(model))).toEqual(model);
  });

  it('is understood by ONNX Runtime', async () => {
    const session = await ort.InferenceSession.create(encodeModel(sample()));
    const x = new ort.Tensor('float32', Float32Array.of(1, 1, -1, 2), [2, 2]);
    const { y } = await session.run({ x });
    expect(y?.dims).toEqual([1, 4]);
    expect([...(y?.data as Float32Array)]).toEqual(
      [4, -2, 5, -10].map((v) => expect.closeTo(v < 0 ? 0.5 * Math.expm1(v) : v, 6)),
    );
  });

  it('finds the largest weight, wherever its bytes are', () => {
    const g = new GraphBuilder('weights');
    g.floats('w', [2, 2], [1, 2, 3, -4]);
    g.external('halves', 'float16', [300, 500], { location: 'm.onnx_data', offset: 0, length: 300_000 });
    g.external('bytes', 'uint8', [299_999], { location: 'm.onnx_data', offset: 300_000, length: 299_999 });
    g.external('nibbles', 'uint4', [400_001], { location: 'm.onnx_data', offset: 600_000, length: 200_001 });
    expect(largestWeight(encodeModel(g.build({})))).toEqual({ name: 'halves', bytes: 300_000 });
    expect(largestWeight(encodeModel(sample()))).toEqual({ name: 'w', bytes: 16 });
    expect(() => largestWeight(Uint8Array.of(0x3a, 0xff))).toThrow(LabError);
  });

  it('turns damaged bytes into a LabError or a model, nothing else', () => {
    const good = encodeModel(sample());
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 6 }),
        fc.nat(good.length),
        (edits, cut) => {
          const bytes = good.slice(0, cut);
          for (const [at, value] of edits) if (at < bytes.length) bytes[at] = value;
          try {
            decodeModel(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(LabError);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
