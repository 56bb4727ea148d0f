import type { AddProduct } from '../../src/core/training/merge/index.ts';
import { attr, encodeModel, GraphBuilder } from '../../src/core/formats/onnx/index.ts';

/**
 * left · right + into with ONNX Runtime's matrix product on the processor: about twenty times as fast as plain loops.
 */
export async function runtimeProduct(): Promise<{ add: AddProduct; close: () => Promise<void> }> {
  // Loaded when needed: the other commands need no runtime.
  const ort = await import('onnxruntime-node');
  const graph = new GraphBuilder('merge');
  graph.input('left', 'float32', ['rows', 'rank']);
  graph.input('right', 'float32', ['rank', 'columns']);
  graph.input('before', 'float32', ['rows', 'columns']);
  graph.node(
    'Gemm',
    ['left', 'right', 'before'],
    { alpha: attr.float(1), beta: attr.float(1) },
    { outputs: ['after'] },
  );
  graph.output('after', 'float32', ['rows', 'columns']);
  const session = await ort.InferenceSession.create(encodeModel(graph.build({})), {
    enableMemPattern: false,
    enableCpuMemArena: false,
  });
  const tensor = (data: Float32Array, rows: number): InstanceType<typeof ort.Tensor> =>
    new ort.Tensor('float32', data, [rows, data.length / rows]);
  return {
    async add(into, left, right, rank) {
      const rows = left.length / rank;
      const { after } = await session.run({
        left: tensor(left, rows),
        right: tensor(right, rank),
        before: tensor(into, rows),
      });
      into.set(after?.data as Float32Array);
    },
    close: () => session.release(),
  };
}
