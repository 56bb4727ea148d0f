import { nextTask } from '../../core/async/next-task.ts';
import { argmax, logProbability, logitsFault } from '../../core/engine/sampling.ts';
import { type Checkpoint, expectedTensors } from '../../core/formats/checkpoint/checkpoint.ts';
import type { ModelConfig } from '../../core/formats/config.ts';
import { planDecoder } from '../../core/formats/export/plan.ts';
import { encodeModel } from '../../core/formats/onnx/index.ts';
import { HeapDecoder } from './heap-decoder.ts';
import type { ExternalFile, OrtHeap } from './ort-heap.ts';

/**
 * A decoder of one layer. Its matrices have the size of the embedded model's: with smaller ones it takes more steps
 * until the browser finds the same functions worth optimising.
 */
const ONE_LAYER: ModelConfig = {
  architecture: 'llama',
  hiddenSize: 576,
  layers: 1,
  heads: 9,
  kvHeads: 3,
  headDim: 64,
  vocabSize: 2048,
  contextLength: 256,
  intermediateSize: 1536,
  normEpsilon: 1e-5,
  ropeTheta: 10_000,
  ropeScaling: { type: 'none' },
  windows: [null],
  tied: true,
  biases: { attention: false, feedForward: false },
  bosTokenIds: [],
  eosTokenIds: [],
};

/** After 15, all functions that take long in a step were optimised in Chromium 147. */
const ROUNDS = 20;

/** Logits of any kind but whole numbers, for which other code would be optimised. */
const ROW = Float32Array.from({ length: 8192 }, (_, i) => 5 * Math.sin(i));

/** Name of the entry in the worker's performance timeline. */
export const CODE_WARM_UP_MEASURE = 'code-warm-up';

const LOCATION = 'zeros';

/**
 * Runs steps of several tokens and of one on a small decoder, so that the browser has optimised ONNX Runtime's code
 * before a model uses it. Once `signal` is aborted, it ends after the step that is running, a few milliseconds later.
 * It never fails: whatever is wrong shows when the model is opened.
 */
export async function warmUpCode(heap: OrtHeap, signal: AbortSignal): Promise<void> {
  const start = performance.now();
  let decoder: HeapDecoder | undefined;
  try {
    await nextTask();
    if (signal.aborted) return;
    const { graph, file } = await smallDecoder();
    decoder = await HeapDecoder.open(heap, { graph, location: LOCATION }, file, ONE_LAYER);
    for (let round = 0; round < ROUNDS; round++) {
      for (const ids of [[0, 1, 2, 3], [4]]) {
        await nextTask();
        if (signal.aborted) return;
        await decoder.step(ids, 'all');
        // The lab's own code for each row of logits takes as long as ONNX Runtime's when it runs for the first time.
        logitsFault(ROW);
        logProbability(ROW, argmax(ROW));
      }
      await decoder.keepPrefix([]);
    }
    performance.measure(CODE_WARM_UP_MEASURE, { start });
  } catch {
    // The model reports it.
  } finally {
    await decoder?.release();
  }
}

/** The graph, and its weights: zeros. */
async function smallDecoder(): Promise<{ graph: Uint8Array; file: ExternalFile }> {
  const { required } = expectedTensors(ONE_LAYER);
  const source: Checkpoint = {
    name: LOCATION,
    config: ONE_LAYER,
    files: new Map(),
    tensors: new Map(Array.from(required, ([name, shape]) => [name, { shape, type: 'F32' }])),
    readStoredRows: () => Promise.reject(new Error('It has no weights.')),
  };
  const { model, bytes } = await planDecoder(source, 'fp32', { givenLengths: true });
  for (const { external } of model.graph.initializers) if (external) external.location = LOCATION;
  const file = { byteLength: bytes, subarray: (from: number, to: number) => new Uint8Array(to - from) };
  return { graph: encodeModel(model), file };
}
