import { availableParallelism } from 'node:os';
import * as ort from 'onnxruntime-node';
import { LabError, throwIfCancelled } from '../../src/core/error.ts';
import { readTensor, type Checkpoint } from '../../src/core/formats/checkpoint/checkpoint.ts';
import { batchFeeds } from '../../src/core/training/batch-feeds.ts';
import { LOSS, lossGraph } from '../../src/core/training/graphs.ts';
import { emit } from '../../src/core/training/ir/index.ts';
import type { LoraConfig } from '../../src/core/training/lora.ts';
import { batchOf, type Sequence } from '../../src/core/training/sequence.ts';
import type { DEVICES } from './config.ts';

/** A model whose adapters are merged has none of its own. */
const NO_ADAPTER: LoraConfig = { rank: 1, alpha: 1, dropout: 0, targets: [], rankStabilized: false };

export interface Evaluation {
  /** Mean negative log-likelihood of a label, nats. */
  loss: number;
  labels: number;
}

export interface EvaluationOptions {
  device: (typeof DEVICES)[number];
  threads?: number | undefined;
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/**
 * Loss of a model on sequences, in single precision from its decoded weights, whatever they are stored as: models
 * before and after quantising go through the same arithmetic, so that a difference is one of weights.
 * @throws {LabError} unsupported when the device cannot run it.
 */
export async function evaluateModel(
  checkpoint: Checkpoint,
  sequences: readonly Sequence[],
  { device, threads, onProgress, signal }: EvaluationOptions,
): Promise<Evaluation> {
  const { config, tensors } = checkpoint;
  const base = new Map([...tensors].map(([name, { shape }]) => [name, { dims: shape }]));
  const graph = emit(lossGraph({ config, lora: NO_ADAPTER, base, dropout: false }), 'evaluation');
  const options = {
    executionProviders: [device],
    intraOpNumThreads: threads ?? availableParallelism(),
    enableMemPattern: false,
  };
  const session = await ort.InferenceSession.create(graph, options).catch((error: unknown) => {
    throw LabError.from(error, {
      code: 'unsupported',
      where: device,
      what: 'The evaluation cannot be started on this device',
      todo: 'Use --set device=cpu, or onnxruntime for this device.',
    });
  });
  try {
    const weights: Record<string, ort.Tensor> = {};
    for (const name of session.inputNames) {
      const info = tensors.get(name);
      if (info) weights[name] = new ort.Tensor('float32', await readTensor(checkpoint, name), info.shape);
    }
    const total = sequences.reduce((sum, { ids }) => sum + ids.length, 0);
    let [loss, labels, done] = [0, 0, 0];
    for (const sequence of sequences) {
      throwIfCancelled(signal);
      const batch = batchOf([sequence]);
      const feeds = { ...weights };
      for (const [name, { type, data, dims }] of batchFeeds(config, batch))
        feeds[name] = new ort.Tensor(type, data as Float32Array, dims);
      const outputs = await session.run(feeds);
      loss += Number(outputs[LOSS]?.data[0]);
      labels += batch.labels;
      onProgress?.((done += batch.tokens), total);
    }
    return { loss: loss / labels, labels };
  } finally {
    await session.release();
  }
}
