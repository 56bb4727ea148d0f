import { availableParallelism } from 'node:os';
import * as ort from 'onnxruntime-node';
import { LabError, throwIfCancelled } from '../../src/core/error.ts';
import type { Checkpoint } from '../../src/core/formats/checkpoint/checkpoint.ts';
import { baseFeeds, readBase } from '../../src/core/training/base.ts';
import { ForwardPass, meanOf, tensorOf, type MeanLoss, type PassLoss } from '../../src/core/training/forward-pass.ts';
import { NO_ADAPTER } from '../../src/core/training/lora.ts';
import { batchOf, type Sequence } from '../../src/core/training/sequence.ts';
import type { DEVICES } from './config.ts';

export interface MeasureOptions {
  device: (typeof DEVICES)[number];
  threads?: number | undefined;
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/**
 * Loss of a model on sequences, in single precision from its decoded weights, whatever their format: models before and
 * after quantising use the same arithmetic, so that a difference comes from the weights.
 * @throws {LabError} `unsupported` when the device cannot run it.
 */
export async function modelLoss(
  checkpoint: Checkpoint,
  sequences: readonly Sequence[],
  options: MeasureOptions,
): Promise<MeanLoss> {
  const losses: PassLoss[] = [];
  for await (const loss of modelLosses(checkpoint, sequences, options)) losses.push(loss);
  return meanOf(losses);
}

/** The loss of each sequence, in their order, as `modelLoss` computes it. */
export async function* modelLosses(
  checkpoint: Checkpoint,
  sequences: readonly Sequence[],
  { device, threads, onProgress, signal }: MeasureOptions,
): AsyncGenerator<PassLoss, undefined> {
  const { config } = checkpoint;
  const base = baseFeeds(await readBase(checkpoint, 'fp32', signal), config);
  const options = {
    executionProviders: [device],
    intraOpNumThreads: threads ?? availableParallelism(),
    enableMemPattern: false,
  };
  const pass = await ForwardPass.create(ort, { config, lora: NO_ADAPTER, base }, options).catch((error: unknown) => {
    throw LabError.from(error, {
      code: 'unsupported',
      where: device,
      what: 'The evaluation cannot be started on this device',
      todo: 'Use --set device=cpu, or onnxruntime for this device.',
    });
  });
  try {
    const used = pass.inputs.flatMap((name) => {
      const feed = base.get(name);
      return feed ? [[name, tensorOf(ort, feed)] as const] : [];
    });
    const weights = Object.fromEntries(used);
    const total = sequences.reduce((sum, { ids }) => sum + ids.length, 0);
    let done = 0;
    for (const sequence of sequences) {
      throwIfCancelled(signal);
      yield await pass.loss(batchOf([sequence]), weights);
      onProgress?.((done += sequence.ids.length), total);
    }
  } finally {
    await pass.release();
  }
}
