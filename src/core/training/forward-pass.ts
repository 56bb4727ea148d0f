import type { InferenceSession, Tensor } from 'onnxruntime-common';
import type { ModelConfig } from '../formats/config.ts';
import type { BaseLayout } from './base.ts';
import { batchFeeds } from './batch-feeds.ts';
import type { Feed } from './feed.ts';
import { LOSS, lossGraph } from './graphs.ts';
import { emit } from './ir/index.ts';
import type { LoraConfig } from './lora.ts';
import type { OrtModule } from '../engine/ort.ts';
import { batchOf, type Batch, type Sequence } from './sequence.ts';

/** The loss of one forward pass: nats summed over the labels, and their number. */
export interface PassLoss {
  sum: number;
  labels: number;
}

/** The mean negative log-likelihood of a label in nats, and the number of labels. */
export interface MeanLoss {
  loss: number;
  labels: number;
}

/** The model of a forward pass. */
export interface ForwardModel {
  config: ModelConfig;
  lora: LoraConfig;
  /** The inputs of the base. */
  base: BaseLayout;
}

/** The loss of batches without dropout and without a gradient. */
export class ForwardPass {
  readonly #runtime: OrtModule;
  readonly #config: ModelConfig;
  readonly #session: InferenceSession;

  private constructor(runtime: OrtModule, config: ModelConfig, session: InferenceSession) {
    this.#runtime = runtime;
    this.#config = config;
    this.#session = session;
  }

  static async create(
    runtime: OrtModule,
    { config, lora, base }: ForwardModel,
    options?: InferenceSession.SessionOptions,
  ): Promise<ForwardPass> {
    const graph = emit(lossGraph({ config, lora, base, dropout: false }), 'evaluation');
    return new ForwardPass(runtime, config, await runtime.InferenceSession.create(graph, options));
  }

  /** Names of the inputs, including weights. */
  get inputs(): readonly string[] {
    return this.#session.inputNames;
  }

  /** @param weights tensors of the base and of the adapter, by the names of the graph's inputs. */
  async loss(batch: Batch, weights: Readonly<Record<string, Tensor>>): Promise<PassLoss> {
    const feeds = { ...weights };
    for (const [name, feed] of batchFeeds(this.#config, batch)) feeds[name] = tensorOf(this.#runtime, feed);
    const outputs = await this.#session.run(feeds);
    return { sum: await takeNumber(outputs[LOSS]), labels: batch.labels };
  }

  release(): Promise<void> {
    return this.#session.release();
  }
}

/** The mean loss over sequences, each in its own pass. */
export async function meanLoss(
  sequences: readonly Sequence[],
  measure: (batch: Batch) => Promise<PassLoss>,
): Promise<MeanLoss> {
  const losses: PassLoss[] = [];
  for (const sequence of sequences) losses.push(await measure(batchOf([sequence])));
  return meanOf(losses);
}

/** The mean over all labels of several passes. */
export function meanOf(losses: readonly PassLoss[]): MeanLoss {
  let [sum, labels] = [0, 0];
  for (const loss of losses) [sum, labels] = [sum + loss.sum, labels + loss.labels];
  return { loss: sum / labels, labels };
}

export function tensorOf(runtime: OrtModule, { type, data, dims }: Feed): Tensor {
  return new runtime.Tensor(type, data as Float32Array, dims);
}

/** Reads the single number of an output and frees it: on a graphics device nothing else would. */
export async function takeNumber(tensor: Tensor | undefined): Promise<number> {
  const value = ((await tensor?.getData()) as Float32Array | undefined)?.[0] ?? NaN;
  tensor?.dispose();
  return value;
}
