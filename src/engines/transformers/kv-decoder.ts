import { Tensor } from 'onnxruntime-common';
import { LabError } from '../../core/error.ts';
import { fromHalf } from '../../core/formats/float.ts';
import type { OrtSession } from '../../core/engine/ort.ts';

/** Logits of the last positions of a step, row by row; a view that is valid until the next step. */
export interface StepLogits {
  data: Float32Array;
  rows: number;
  vocabulary: number;
}

/** One sequence of tokens with its KV cache. */
export interface Decoder {
  /** Whether the graph can compute the logits of only the last position. */
  readonly keepsLogits: boolean;
  /** Runs `ids` after the cached ones. `logits`: of the last position or of all of `ids`. */
  step(ids: readonly number[], logits: 'last' | 'all'): Promise<StepLogits>;
  /**
   * Drops what does not match the start of `ids`; returns the number of positions kept. At least the last id is left to
   * run.
   */
  keepPrefix(ids: readonly number[]): Promise<number>;
  /** Frees the caches. */
  clear(): void;
}

/** The first `length` positions of a key or value cache, as a new tensor on the same device. */
export type SlicePositions = (cache: Tensor, length: number) => Promise<Tensor> | Tensor;

const PAST = /^past_key_values\./;

/**
 * One sequence on a decoder graph with key/value caches (../shared/formats describes the contract: batch 1, caches [1,
 * heads, positions, size]). It owns every tensor it creates: a step disposes what it replaces, so memory is one cache
 * plus one step's logits, whatever happens.
 */
export class KvDecoder implements Decoder {
  #session: OrtSession;
  #slicePositions: SlicePositions;
  #past = new Map<string, Tensor>();
  #ids: number[] = [];
  #cacheInputs: CacheInput[];

  constructor(session: OrtSession, slicePositions: SlicePositions) {
    this.#session = session;
    this.#slicePositions = slicePositions;
    this.#cacheInputs = cacheInputs(session);
  }

  /** The ids whose keys and values are cached. */
  get ids(): readonly number[] {
    return this.#ids;
  }

  /** Whether the graph can compute the logits of only the last position. */
  get keepsLogits(): boolean {
    return this.#session.inputNames.includes('num_logits_to_keep');
  }

  /** Bytes of key/value cache per position, all layers. */
  get bytesPerPosition(): number {
    return this.#cacheInputs.reduce(
      (sum, { type, dims }) => sum + (dims[1] as number) * (dims[3] as number) * (type === 'float16' ? 2 : 4),
      0,
    );
  }

  /** Runs `ids` after the cached ones. `logits`: of the last position or of all of `ids`. */
  async step(ids: readonly number[], logits: 'last' | 'all'): Promise<StepLogits> {
    const feeds = this.#feeds(ids, logits);
    let outputs: Record<string, Tensor> | undefined;
    try {
      outputs = await this.#session.run(feeds);
      const output = outputs['logits'];
      if (!output)
        throw new LabError({
          code: 'bad-file',
          what: 'The graph has no output "logits".',
          todo: 'Export the model again.',
        });
      const result = await readLogits(output, logits === 'last' ? 1 : ids.length);
      this.#adopt(outputs);
      this.#ids.push(...ids);
      return result;
    } catch (error) {
      // A partial step is not a state to continue from.
      if (outputs) for (const tensor of Object.values(outputs)) tensor.dispose();
      this.clear();
      throw error;
    } finally {
      for (const [name, tensor] of Object.entries(feeds)) if (!PAST.test(name) || !this.#holds(tensor)) dispose(tensor);
    }
  }

  /**
   * Drops what does not match the start of `ids`; returns the number of positions kept. At least the last id is left to
   * run.
   */
  async keepPrefix(ids: readonly number[]): Promise<number> {
    const limit = Math.min(this.#ids.length, ids.length - 1);
    let common = 0;
    while (common < limit && this.#ids[common] === ids[common]) common++;
    if (common === 0) this.clear();
    else if (common < this.#ids.length) await this.#truncate(common);
    return common;
  }

  /** Frees the caches. */
  clear(): void {
    for (const tensor of this.#past.values()) dispose(tensor);
    this.#past.clear();
    this.#ids = [];
  }

  async #truncate(length: number): Promise<void> {
    for (const [name, tensor] of [...this.#past]) {
      const shorter = await this.#slicePositions(tensor, length);
      this.#past.set(name, shorter);
      dispose(tensor);
    }
    this.#ids.length = length;
  }

  #holds(tensor: Tensor): boolean {
    for (const held of this.#past.values()) if (held === tensor) return true;
    return false;
  }

  #adopt(outputs: Record<string, Tensor>): void {
    for (const [name, tensor] of Object.entries(outputs)) {
      if (!name.startsWith('present')) {
        dispose(tensor);
        continue;
      }
      const pastName = name.replace(/^present/, 'past_key_values');
      const old = this.#past.get(pastName);
      this.#past.set(pastName, tensor);
      if (old) dispose(old);
    }
  }

  #feeds(ids: readonly number[], logits: 'last' | 'all'): Record<string, Tensor> {
    const past = this.#ids.length;
    const total = past + ids.length;
    const int64 = (values: bigint[], dims: number[]) => new Tensor('int64', BigInt64Array.from(values), dims);
    const makers: Record<string, () => Tensor> = {
      input_ids: () => int64(ids.map(BigInt), [1, ids.length]),
      attention_mask: () => new Tensor('int64', new BigInt64Array(total).fill(1n), [1, total]),
      position_ids: () =>
        int64(
          ids.map((_, i) => BigInt(past + i)),
          [1, ids.length],
        ),
      num_logits_to_keep: () => int64([logits === 'last' ? 1n : 0n], []),
    };
    const feeds: Record<string, Tensor> = {};
    for (const name of this.#session.inputNames) {
      const make = makers[name];
      if (make) feeds[name] = make();
    }
    for (const { name, type, dims } of this.#cacheInputs) {
      feeds[name] =
        this.#past.get(name) ?? new Tensor(type, type === 'float16' ? new Uint16Array(0) : new Float32Array(0), dims);
    }
    for (const name of this.#session.inputNames) {
      if (!feeds[name]) throw unknownInput(name);
    }
    return feeds;
  }
}

interface CacheInput {
  name: string;
  type: 'float32' | 'float16';
  /** Shape of the empty cache. */
  dims: number[];
}

function cacheInputs(session: OrtSession): CacheInput[] {
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
      return { name, type, dims: [1, heads, 0, size] };
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

/** Disposing a tensor twice throws in some runtimes and does nothing in others. */
function dispose(tensor: Tensor): void {
  if (tensor.location !== 'none') tensor.dispose();
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
