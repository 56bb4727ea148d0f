import { LabError } from '../../src/core/error.ts';
import type { ModelConfig } from '../../src/core/formats/config.ts';
import { fromHalf } from '../../src/core/formats/float.ts';

/**
 * Logits after each of `ids`, computed by ONNX Runtime on the processor.
 * @throws {LabError} `bad-file` when the model does not load or run.
 */
export async function onnxLogits(
  model: string,
  config: ModelConfig,
  io: 'float32' | 'float16',
  ids: number[],
): Promise<Float32Array[]> {
  // Loaded when needed: the other commands need no runtime.
  const ort = await import('onnxruntime-node');
  try {
    const session = await ort.InferenceSession.create(model);
    const ints = (values: number[], dims: number[]) =>
      new ort.Tensor('int64', BigInt64Array.from(values, BigInt), dims);
    const empty = () =>
      new ort.Tensor(io, io === 'float32' ? new Float32Array(0) : new Uint16Array(0), [
        1,
        config.kvHeads,
        0,
        config.headDim,
      ]);
    const caches = session.inputNames.filter((name) => name.startsWith('past_key_values.'));
    const { logits } = await session.run({
      input_ids: ints(ids, [1, ids.length]),
      attention_mask: ints(
        ids.map(() => 1),
        [1, ids.length],
      ),
      num_logits_to_keep: ints([0], []),
      ...Object.fromEntries(caches.map((name) => [name, empty()])),
    });
    // Half-precision numbers arrive as Float16Array if the engine has it, otherwise as bits.
    const data = logits?.data;
    const flat =
      data instanceof Uint16Array ? Float32Array.from(data, fromHalf) : Float32Array.from(data as Iterable<number>);
    await session.release();
    return ids.map((_, t) => flat.subarray(t * config.vocabSize, (t + 1) * config.vocabSize));
  } catch (error) {
    throw LabError.from(error, {
      code: 'bad-file',
      what: 'ONNX Runtime cannot run the exported model',
      where: model,
      todo: 'Please report this; the folder was not kept.',
    });
  }
}
