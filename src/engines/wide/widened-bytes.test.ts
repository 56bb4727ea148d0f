import { describe, expect, it } from 'vitest';
import { decodeModel, encodeModel, type OnnxModel } from '../../core/formats/onnx/index.ts';
import { memoryFiles, tinyExport } from '../testing/memory-files.ts';
import { widened } from './testing/widened.ts';
import { tinyCheckpoint } from '../../core/engine/testing/tiny-model.ts';
import { widenedBytes } from './widened-bytes.ts';

const GRAPH = 'onnx/model_q4.onnx';

/** The files of a 4-bit export with another graph. */
async function changed(change: (model: OnnxModel) => OnnxModel) {
  const blobs = await tinyExport('q4');
  const model = decodeModel(new Uint8Array(await (blobs.get(GRAPH) ?? new Blob()).arrayBuffer()));
  return memoryFiles(new Map(blobs).set(GRAPH, new Blob([encodeModel(change(model)).slice()])));
}

describe('widenedBytes', () => {
  it.each(['q4', 'q8'] as const)(
    'states what a %s export takes as 32-bit floats, by its graph alone',
    async (dtype) => {
      const files = memoryFiles(await tinyExport(dtype));
      const { wide } = await widened(tinyCheckpoint(), dtype);
      expect(await widenedBytes(files)).toBe(wide.bytes);
      expect(files.ensured).toEqual([dtype === 'q4' ? GRAPH : 'onnx/model_quantized.onnx']);
    },
  );

  it('is undefined for weights that are not widened, and for other exporters', async () => {
    expect(await widenedBytes(memoryFiles(await tinyExport('fp32')))).toBeUndefined();
    expect(await widenedBytes(await changed((model) => ({ ...model, producerName: 'another' })))).toBeUndefined();
  });

  it('is undefined for weights that would take too much memory', async () => {
    const grow = (model: OnnxModel, rows: number): OnnxModel => {
      const initializers = model.graph.initializers.map((tensor) =>
        tensor.name === 'model.embed_tokens.codes' ? { ...tensor, dims: [rows, ...tensor.dims.slice(1)] } : tensor,
      );
      return { ...model, graph: { ...model.graph, initializers } };
    };
    // 64 columns of 4 bytes each.
    expect(await widenedBytes(await changed((model) => grow(model, 3e6)))).toBeGreaterThan(3e6 * 64 * 4);
    expect(await widenedBytes(await changed((model) => grow(model, 4e6)))).toBeUndefined();
  });

  it('does not take a damaged graph for one of another exporter', async () => {
    const damaged = new Map(await tinyExport('q4')).set(GRAPH, new Blob([Uint8Array.of(255, 255, 255)]));
    await expect(widenedBytes(memoryFiles(damaged))).rejects.toMatchObject({ code: 'bad-file' });
  });
});
