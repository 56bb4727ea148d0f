import { Tensor } from 'onnxruntime-common';
import { keptPositions } from '../../core/tokenizer/common-prefix.ts';
import { LabError } from '../../core/error.ts';
import type { OrtSession } from '../../core/engine/ort.ts';
import type { GpuInputs } from './gpu-buffer.ts';
import { dispose, elementBytes, type CacheInput, type KvCache } from './kv-cache.ts';
import { type LogitsReader, type StepLogits, tensorLogits, type WantedLogits } from './logits-reader.ts';

/** One sequence of tokens with its KV cache. */
export interface Decoder {
  /** Whether the graph can compute the logits of only the last position. */
  readonly keepsLogits: boolean;
  /** Runs `ids` after the cached ones. */
  step(ids: readonly number[], logits: WantedLogits): Promise<StepLogits>;
  /**
   * Drops what does not match the start of `ids`; returns the number of positions kept. At least the last id is left to
   * run.
   */
  keepPrefix(ids: readonly number[]): Promise<number>;
  /** Frees the caches. */
  clear(): void;
}

const PAST = /^past_key_values\./;

/** Inputs that a graph for WebGPU reads on the graphics device. */
const ON_DEVICE = new Set(['input_ids', 'seqlens_k']);

/** What of a decoder may be on a graphics device, besides its cache. */
export interface DecoderOnGpu {
  /** By default the logits are an output of the graph. */
  logits?: LogitsReader | undefined;
  /** Of a graph for WebGPU. */
  inputs?: GpuInputs | undefined;
}

/**
 * One sequence on a decoder graph with key/value caches (../shared/formats describes the contract: batch 1, caches [1,
 * heads, positions, size]). It owns every tensor it creates: a step disposes what it replaces, so memory is one cache
 * plus one step's logits, whatever happens.
 */
export class KvDecoder implements Decoder {
  #session: OrtSession;
  #cache: KvCache;
  readonly #logits: LogitsReader;
  readonly #small: GpuInputs | undefined;
  #ids: number[] = [];
  #cacheInputs: readonly CacheInput[];
  /** Whether the graph takes every id twice. */
  readonly #idsTwice: boolean;

  constructor(session: OrtSession, cache: KvCache, { logits = tensorLogits, inputs }: DecoderOnGpu = {}) {
    this.#session = session;
    this.#cache = cache;
    this.#cacheInputs = cacheInputs(session);
    this.#logits = logits;
    this.#small = inputs;
    this.#idsTwice = session.inputMetadata.some(
      (input) => input.name === 'input_ids' && input.isTensor && input.shape[2] === 2,
    );
  }

  /** The ids whose keys and values are cached. */
  get ids(): readonly number[] {
    return this.#ids;
  }

  /** Whether the graph can compute the logits of only the last position. */
  get keepsLogits(): boolean {
    return keepsLogits(this.#session);
  }

  /** Bytes of key/value cache per position, all layers. */
  get bytesPerPosition(): number {
    return this.#cacheInputs.reduce((sum, input) => sum + input.heads * input.size * elementBytes(input), 0);
  }

  /** Runs `ids` after the cached ones. */
  async step(ids: readonly number[], logits: WantedLogits): Promise<StepLogits> {
    const inputs = this.#inputs(ids, logits);
    let outputs: Record<string, Tensor> | undefined;
    try {
      const cache = this.#cache.before(this.#ids.length, ids.length);
      const known: Record<string, Tensor> = { ...inputs, ...this.#logits.inputs, ...cache.inputs };
      const feeds = Object.fromEntries(
        this.#session.inputNames.map((name) => {
          const input = known[name];
          if (!input) throw unknownInput(name);
          return [name, input];
        }),
      );
      const given: Record<string, Tensor> = { ...cache.outputs, ...this.#logits.outputs(ids.length, logits) };
      // An output that is not named is not computed.
      const fetched = this.#session.outputNames.map((name): [string, Tensor | null] => [name, given[name] ?? null]);
      outputs = await this.#session.run(feeds, Object.fromEntries(fetched));
      const result = await this.#logits.read(outputs, ids.length, logits);
      this.#cache.adopt(outputs);
      for (const [name, tensor] of Object.entries(outputs)) if (!name.startsWith('present')) dispose(tensor);
      this.#ids.push(...ids);
      return result;
    } catch (error) {
      // A partial step is not a state to continue from.
      if (outputs) for (const tensor of Object.values(outputs)) dispose(tensor);
      this.clear();
      throw error;
    } finally {
      for (const tensor of Object.values(inputs)) dispose(tensor);
    }
  }

  /**
   * Drops what does not match the start of `ids`; returns the number of positions kept. At least the last id is left to
   * run.
   */
  async keepPrefix(ids: readonly number[]): Promise<number> {
    const kept = keptPositions(this.#ids, ids);
    if (kept < this.#ids.length) {
      await this.#cache.truncate(kept);
      this.#ids.length = kept;
    }
    return kept;
  }

  /** Frees the caches. */
  clear(): void {
    this.#cache.clear();
    this.#ids = [];
  }

  /** Frees everything; the decoder cannot be used afterwards. */
  destroy(): void {
    this.clear();
    this.#logits.destroy();
    this.#small?.destroy();
  }

  /** The inputs besides the caches. */
  #inputs(ids: readonly number[], logits: WantedLogits): Record<string, Tensor> {
    const past = this.#ids.length;
    const total = past + ids.length;
    const int64 = (values: bigint[], dims: number[]) => new Tensor('int64', BigInt64Array.from(values), dims);
    const int32 = (value: number, dims: number[]) => new Tensor('int32', Int32Array.of(value), dims);
    const makers: Record<string, () => Tensor> = {
      input_ids: () => int64(idsIn(ids, this.#idsTwice), [1, ids.length, ...(this.#idsTwice ? [2] : [])]),
      attention_mask: () => new Tensor('int64', new BigInt64Array(total).fill(1n), [1, total]),
      position_ids: () =>
        int64(
          ids.map((_, i) => BigInt(past + i)),
          [1, ids.length],
        ),
      num_logits_to_keep: () => int64([logits === 'all' ? 0n : 1n], []),
      // Graphs for WebGPU (DecoderBuilder).
      seqlens_k: () => int32(total - 1, [1]),
      total_sequence_length: () => int32(total, []),
    };
    const inputs: Record<string, Tensor> = {};
    for (const name of this.#session.inputNames) {
      const make = makers[name];
      const input = make?.();
      if (input) inputs[name] = (ON_DEVICE.has(name) && this.#small?.put(name, input)) || input;
    }
    return inputs;
  }
}

const idsIn = (ids: readonly number[], twice: boolean): bigint[] =>
  ids.flatMap((id) => (twice ? [BigInt(id), BigInt(id)] : [BigInt(id)]));

/** Whether the logits of only the last position can be computed: by the graph, or outside of it. */
export const keepsLogits = ({ inputNames, outputNames }: Pick<OrtSession, 'inputNames' | 'outputNames'>): boolean =>
  inputNames.includes('num_logits_to_keep') || !outputNames.includes('logits');

/**
 * The inputs of a decoder's graph that hold keys and values.
 * @throws {LabError} `unsupported` when they have another shape than [1, heads, positions, size].
 */
export function cacheInputs(session: Pick<OrtSession, 'inputMetadata'>): CacheInput[] {
  return session.inputMetadata
    .filter(({ name }) => PAST.test(name))
    .map((input) => {
      const { name } = input;
      const { type, shape } = input.isTensor ? input : {};
      const heads = shape?.[1];
      const size = shape?.[3];
      if (typeof heads !== 'number' || typeof size !== 'number' || (type !== 'float32' && type !== 'float16')) {
        throw new LabError({
          code: 'unsupported',
          where: name,
          what:
            `The cache input has type ${type ?? 'unknown'} and shape [${shape?.join(', ') ?? ''}], not float [1, ` +
            'heads, positions, size] with fixed heads and size.',
          todo: "Export the model with this lab's exporter.",
        });
      }
      return { name, type, heads, size };
    });
}

function unknownInput(name: string): LabError {
  return new LabError({
    code: 'unsupported',
    where: name,
    what: 'The graph requires an unsupported input.',
    todo: 'Only text decoders with key/value caches can be run.',
  });
}
