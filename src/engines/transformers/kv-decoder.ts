import { Tensor } from 'onnxruntime-common';
import { keptPositions } from '../../core/tokenizer/common-prefix.ts';
import { LabError } from '../../core/error.ts';
import { fromHalf } from '../../core/formats/float.ts';
import type { OrtSession } from '../../core/engine/ort.ts';
import type { GpuInputs } from './gpu-buffer.ts';
import type { GpuLogits, TopLogits } from './gpu-logits.ts';
import { dispose, elementBytes, type CacheInput, type KvCache } from './kv-cache.ts';

/**
 * Logits of the last positions of a step, row by row; a view that is valid until the next step. With `ids`, one row of
 * the candidates that were wanted, in the order of their ids.
 */
export interface StepLogits {
  data: Float32Array;
  rows: number;
  vocabulary: number;
  ids?: Uint32Array;
}

/**
 * The logits to return: of no position, of the last one, of all; or of the last one at least those of the `top` highest
 * entries, unless the last of them ties with the one before.
 */
export type WantedLogits = 'none' | 'last' | 'all' | { top: number };

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

/** What of a decoder is on a graphics device, besides its cache. */
export interface DecoderOnGpu {
  /** Where the graph writes the logits of the last position. */
  row?: GpuLogits | undefined;
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
  #gpu: DecoderOnGpu;
  #ids: number[] = [];
  #cacheInputs: readonly CacheInput[];
  /** Whether the graph takes every id twice. */
  readonly #idsTwice: boolean;

  constructor(session: OrtSession, cache: KvCache, gpu: DecoderOnGpu = {}) {
    this.#session = session;
    this.#cache = cache;
    this.#cacheInputs = cacheInputs(session);
    this.#gpu = gpu;
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
    const row = logits === 'all' ? undefined : this.#gpu.row;
    const inputs = this.#inputs(ids, logits);
    let outputs: Record<string, Tensor> | undefined;
    try {
      const cache = this.#cache.before(this.#ids.length, ids.length);
      const feeds = { ...inputs, ...cache.inputs };
      for (const name of this.#session.inputNames) if (!feeds[name]) throw unknownInput(name);
      const given: Record<string, Tensor> = { ...cache.outputs, ...(row && { logits: row.output }) };
      // An output that is not named is not computed.
      const fetched = this.#session.outputNames.map((name): [string, Tensor | null] => [name, given[name] ?? null]);
      outputs = await this.#session.run(feeds, Object.fromEntries(fetched));
      const output = outputs['logits'];
      if (!output)
        throw new LabError({
          code: 'bad-file',
          what: 'The graph has no output "logits".',
          todo: 'Export the model again.',
        });
      const result = await (row ? readRow(row, logits) : readLogits(output, logits === 'all' ? ids.length : 1));
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
    this.#gpu.row?.destroy();
    this.#gpu.inputs?.destroy();
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
      logits_start: () => int64([logits === 'all' ? 0n : -1n, 0n], [2]),
    };
    const inputs: Record<string, Tensor> = {};
    for (const name of this.#session.inputNames) {
      const make = makers[name];
      const input = make?.();
      if (input) inputs[name] = (ON_DEVICE.has(name) && this.#gpu.inputs?.put(name, input)) || input;
    }
    return inputs;
  }
}

const idsIn = (ids: readonly number[], twice: boolean): bigint[] =>
  ids.flatMap((id) => (twice ? [BigInt(id), BigInt(id)] : [BigInt(id)]));

/** Whether a graph can compute the logits of only the last position. */
export const keepsLogits = ({ inputNames }: Pick<OrtSession, 'inputNames'>): boolean =>
  inputNames.includes('num_logits_to_keep') || inputNames.includes('logits_start');

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

/** What is wanted of a row on the graphics device. */
async function readRow(row: GpuLogits, wanted: WantedLogits): Promise<StepLogits> {
  const { vocabulary } = row;
  if (wanted === 'none') return { data: new Float32Array(0), rows: 0, vocabulary };
  if (typeof wanted === 'object' && wanted.top < vocabulary) {
    const top = await row.top(wanted.top);
    const [last, before] = [top.values.at(-1), top.values.at(-2)];
    if (last !== before) return { ...inOrderOfIds(top), rows: 1, vocabulary };
  }
  const bytes = await row.row();
  const data = row.type === 'float16' ? widenHalf(new Uint16Array(bytes)) : new Float32Array(bytes);
  return { data, rows: 1, vocabulary };
}

/** As the whole row has them, so that a sampler adds up and draws in the same order. */
function inOrderOfIds({ ids, values }: TopLogits): { ids: Uint32Array; data: Float32Array } {
  const order = Array.from(ids.keys()).sort((a, b) => (ids[a] as number) - (ids[b] as number));
  return {
    ids: Uint32Array.from(order, (i) => ids[i] as number),
    data: Float32Array.from(order, (i) => values[i] as number),
  };
}

async function readLogits(output: Tensor, wanted: number): Promise<StepLogits> {
  const [, rows = 0, vocabulary = 0] = output.dims;
  const raw = output.location === 'cpu' ? output.data : await output.getData();
  const count = Math.min(rows, wanted);
  const all = output.type === 'float16' ? widenHalf(raw as ArrayBufferView) : (raw as Float32Array);
  return { data: all.subarray((rows - count) * vocabulary), rows: count, vocabulary };
}

/** Half floats to single; the runtime returns them as bits or, if the browser has it, as a Float16Array. */
function widenHalf(view: ArrayBufferView): Float32Array {
  return Float32Array.from(new Uint16Array(view.buffer, view.byteOffset, view.byteLength / 2), fromHalf);
}
