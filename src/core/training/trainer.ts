import type { InferenceSession, Tensor } from 'onnxruntime-common';
import type { OrtModule } from '../engine/ort.ts';
import { LabError } from '../error.ts';
import type { ModelConfig } from '../formats/config.ts';
import { baseFeeds, type BaseFeeds, type BaseLayout, type BaseWeights } from './base.ts';
import { BATCH_INPUTS } from './decoder.ts';
import { batchFeeds, dropoutFeeds } from './batch-feeds.ts';
import type { Feed } from './feed.ts';
import {
  corrections,
  GRADIENT_NORM,
  LOSS,
  STATE,
  stepGraph,
  UPDATE_INPUTS,
  updateGraph,
  type AdamWConfig,
} from './graphs.ts';
import { ForwardPass, takeNumber, tensorOf, type PassLoss } from './forward-pass.ts';
import { emit } from './ir/index.ts';
import { adapterTensors, type AdapterTensor, type LoraConfig } from './lora.ts';
import type { Batch } from './sequence.ts';

/** Tensors by name. */
export type Weights = Map<string, Float32Array>;

export interface TrainerOptions {
  config: ModelConfig;
  lora: LoraConfig;
  optimizer: AdamWConfig;
  /** Used without a copy, unless `place` copies them. */
  base: BaseWeights;
  /** Adapter tensors under PEFT's names. */
  adapter: Weights;
  /** AdamW's moments and the number of updates made, to resume a run. */
  moments?: Moments;
  session?: InferenceSession.SessionOptions;
  /**
   * Places a tensor that stays for the whole run in the runtime's memory, e.g. a GPU buffer. Without it, tensors are in
   * plain memory and each new state overwrites the old one; a graphics device cannot write a buffer that it reads.
   */
  place?: (tensor: Tensor) => Tensor;
}

export interface Moments {
  updates: number;
  first: Weights;
  second: Weights;
}

/**
 * Trains adapters of a frozen decoder with onnxruntime. Parameters, moments and accumulated gradients are runtime
 * tensors, swapped after each run. Call `accumulate` any number of times, then `update`.
 */
export class AdapterTrainer {
  readonly #tensors: AdapterTensor[];
  readonly #base = new Map<string, Tensor>();
  readonly #state = new Map<string, Tensor>();
  readonly #zeros = new Map<string, Tensor>();
  /** Target tensors for new state; empty if the runtime allocates them. */
  readonly #targets = new Map<string, Tensor>();
  readonly #masks = new Map<string, Uint8Array>();
  readonly #layout: BaseLayout;
  #updates: number;
  #evaluation: ForwardPass | undefined;
  readonly #runtime: OrtModule;
  readonly #options: TrainerOptions;
  readonly #step: InferenceSession;
  readonly #optimizer: InferenceSession;

  private constructor(
    runtime: OrtModule,
    options: TrainerOptions,
    step: InferenceSession,
    optimizer: InferenceSession,
    feeds: BaseFeeds,
  ) {
    this.#runtime = runtime;
    this.#options = options;
    this.#step = step;
    this.#optimizer = optimizer;

    const { config, lora, adapter, moments, place = (tensor: Tensor): Tensor => tensor } = options;
    this.#layout = new Map([...feeds].map(([name, { dims }]) => [name, { dims }]));
    this.#tensors = adapterTensors(config, lora);
    this.#updates = moments?.updates ?? 0;
    const used = new Set(step.inputNames);
    for (const [name, feed] of feeds) if (used.has(name)) this.#base.set(name, place(this.#tensor(feed)));
    for (const { name, shape } of this.#tensors) {
      const fresh = (data?: Float32Array): Tensor =>
        place(
          this.#tensor({ type: 'float32', data: data?.slice() ?? new Float32Array(shape[0] * shape[1]), dims: shape }),
        );
      const put = (key: string, data: Float32Array | undefined): void => {
        this.#state.set(key, fresh(data));
      };
      put(name, take(adapter, name, 'the adapter'));
      put(`${STATE.first}${name}`, moments && take(moments.first, name, 'the optimizer state'));
      put(`${STATE.second}${name}`, moments && take(moments.second, name, 'the optimizer state'));
      put(`${STATE.gradient}${name}`, undefined);
      this.#zeros.set(`${STATE.gradient}${name}`, this.#held(`${STATE.gradient}${name}`));
      if (options.place) continue;
      for (const prefix of ['', STATE.first, STATE.second])
        this.#targets.set(`${prefix}${name}`, this.#held(`${prefix}${name}`));
      this.#targets.set(`${STATE.gradient}${name}`, fresh());
    }
  }

  static async create(runtime: OrtModule, options: TrainerOptions): Promise<AdapterTrainer> {
    const { config, lora, optimizer, session } = options;
    const feeds = baseFeeds(options.base, config);
    const model = { config, lora, base: feeds, dropout: lora.dropout > 0 };
    const step = await runtime.InferenceSession.create(emit(stepGraph(model), 'training-step'), session);
    const update = await runtime.InferenceSession.create(
      emit(updateGraph(adapterTensors(config, lora), optimizer), 'update'),
      session,
    );
    return new AdapterTrainer(runtime, options, step, update, feeds);
  }

  /** Number of updates so far. */
  get updateCount(): number {
    return this.#updates;
  }

  /**
   * Runs a batch forward and backward and adds `weight` times the gradient of its summed loss to the accumulated one.
   * @param dropoutKey the key of the dropout stream.
   */
  async accumulate(batch: Batch, weight: number, dropoutKey: readonly number[]): Promise<PassLoss> {
    const { config, lora } = this.#options;
    const feeds = this.#batch(batch);
    feeds[BATCH_INPUTS.weight] = this.#tensor({ type: 'float32', data: Float32Array.of(weight), dims: [1, 1] });
    if (lora.dropout > 0) this.#put(feeds, dropoutFeeds(config, lora, batch, dropoutKey, this.#masks));
    for (const { name } of this.#tensors) {
      feeds[name] = this.#held(name);
      feeds[`${STATE.gradient}${name}`] = this.#held(`${STATE.gradient}${name}`);
    }
    const outputs = await this.#run(this.#step, feeds);
    return { sum: await takeNumber(outputs[LOSS]), labels: batch.labels };
  }

  /** Applies one AdamW update, clears the accumulated gradient and returns its norm before clipping. */
  async update(rate: number): Promise<number> {
    const { correction1, correction2 } = corrections(this.#options.optimizer, ++this.#updates);
    const feeds: Record<string, Tensor> = {};
    for (const [key, value] of [
      [UPDATE_INPUTS.rate, rate],
      [UPDATE_INPUTS.correction1, correction1],
      [UPDATE_INPUTS.correction2, correction2],
    ] as const) {
      feeds[key] = this.#tensor({ type: 'float32', data: Float32Array.of(value), dims: [1] });
    }
    for (const [key, tensor] of this.#state) feeds[key] = tensor;
    const outputs = await this.#run(this.#optimizer, feeds);
    for (const [name, zero] of this.#zeros) this.#swap(name, zero);
    return takeNumber(outputs[GRADIENT_NORM]);
  }

  /** The loss of a batch without dropout. */
  async evaluate(batch: Batch): Promise<PassLoss> {
    const { config, lora, session } = this.#options;
    this.#evaluation ??= await ForwardPass.create(this.#runtime, { config, lora, base: this.#layout }, session);
    const weights = Object.fromEntries([
      ...this.#base,
      ...this.#tensors.map(({ name }) => [name, this.#held(name)] as const),
    ]);
    return this.#evaluation.loss(batch, weights);
  }

  /** A copy of the adapter's tensors. */
  async adapter(): Promise<Weights> {
    return this.#copy('');
  }

  /** A copy of the optimizer's state. */
  async moments(): Promise<Moments> {
    return { updates: this.#updates, first: await this.#copy(STATE.first), second: await this.#copy(STATE.second) };
  }

  async dispose(): Promise<void> {
    for (const tensor of new Set(
      [this.#state, this.#targets, this.#zeros, this.#base].flatMap((held) => [...held.values()]),
    ))
      tensor.dispose();
    for (const session of [this.#step, this.#optimizer, this.#evaluation]) await session?.release();
  }

  async #copy(prefix: string): Promise<Weights> {
    const copies: Weights = new Map();
    for (const { name } of this.#tensors) copies.set(name, (await floats(this.#held(`${prefix}${name}`))).slice());
    return copies;
  }

  #batch(batch: Batch): Record<string, Tensor> {
    const feeds: Record<string, Tensor> = Object.fromEntries(this.#base);
    this.#put(feeds, batchFeeds(this.#options.config, batch));
    return feeds;
  }

  #put(feeds: Record<string, Tensor>, added: Iterable<[string, Feed]>): void {
    for (const [name, feed] of added) feeds[name] = this.#tensor(feed);
  }

  #tensor(feed: Feed): Tensor {
    return tensorOf(this.#runtime, feed);
  }

  #held(name: string): Tensor {
    const tensor = this.#state.get(name);
    if (!tensor) throw new Error(`The trainer has no tensor ${name}.`);
    return tensor;
  }

  /** Runs a session and keeps outputs named `next:…` as the state for the next run. */
  async #run(session: InferenceSession, feeds: Record<string, Tensor>): Promise<Record<string, Tensor>> {
    const stateOf = (name: string): string | undefined =>
      name.startsWith(STATE.next) ? name.slice(STATE.next.length) : undefined;
    const outputs = await session.run(
      feeds,
      Object.fromEntries(session.outputNames.map((name) => [name, this.#targets.get(stateOf(name) ?? '') ?? null])),
    );
    for (const [name, tensor] of Object.entries(outputs)) {
      const state = stateOf(name);
      if (state !== undefined) this.#swap(state, this.#targets.get(state) ?? tensor);
    }
    return outputs;
  }

  #swap(name: string, tensor: Tensor): void {
    const before = this.#state.get(name);
    if (before !== this.#targets.get(name) && before !== this.#zeros.get(name)) before?.dispose();
    this.#state.set(name, tensor);
  }
}

function take(weights: Weights, name: string, where: string): Float32Array {
  const data = weights.get(name);
  if (data) return data;
  throw new LabError({
    code: 'bad-file',
    where,
    what: `The tensor ${name} is missing.`,
    todo: 'Check that it was created with the same rank and target modules.',
  });
}

async function floats(tensor: Tensor | undefined): Promise<Float32Array> {
  return (await tensor?.getData()) as Float32Array;
}
