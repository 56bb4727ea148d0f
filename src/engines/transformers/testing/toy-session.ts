import { Tensor } from 'onnxruntime-common';
import type { OrtSession } from '../../../core/engine/ort.ts';
import { fromHalf, toHalf } from '../../../core/formats/float.ts';
import { bytesIn, type GpuMemory } from '../../testing/gpu-memory.ts';
import { BUFFER_USAGE, gpuBuffer } from '../gpu-buffer.ts';

const HEADS = 2;
const SIZE = 4;
export const VOCABULARY = 288;

/** Reads one cached value. */
type Read = (position: number, head: number, place: number) => number;
type Tensors = Readonly<Record<string, Tensor | null>>;

/** What is cached of a token: each value says to which token, head and place it belongs. */
const cached = (id: number, head: number, place: number): number => id + 100 * head + 10 * place;

/**
 * Depends on keys and values of all positions and on their order, of whole numbers, so that it is exact. The last two
 * entries are always equal, and the highest after one token.
 */
function logitsOf(key: Read, value: Read, length: number): number[] {
  const sums = Array.from({ length }, (_, at) => key(at, 0, 0) + 2 * value(at, HEADS - 1, SIZE - 1));
  return Array.from({ length: VOCABULARY }, (_, entry) =>
    Math.fround(
      sums.reduce((total, sum, at) => total + sum * (((7 * at + Math.min(entry, VOCABULARY - 2)) % 293) - 146), 0),
    ),
  );
}

/** The logits after the last of `ids`, computed without a cache. */
export function toyLogits(ids: readonly number[]): number[] {
  const read: Read = (position, head, place) => cached(ids[position] ?? NaN, head, place);
  return logitsOf(read, read, ids.length);
}

const KINDS = {
  float32: Float32Array,
  float16: Uint16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
};

/** The numbers of a tensor, wherever they are. */
export function numbersOf(tensor: Tensor): Float32Array | Uint16Array | Int32Array | BigInt64Array | Uint8Array {
  const data = tensor.location === 'gpu-buffer' ? bytesIn(tensor.gpuBuffer) : (tensor.data as Float32Array);
  const Kind = KINDS[tensor.type as 'float32'];
  return new Kind(data.buffer, data.byteOffset, tensor.size);
}

function write(tensor: Tensor, values: readonly number[], from = 0): void {
  const half = tensor.type === 'float16';
  (numbersOf(tensor) as Float32Array).set(half ? values.map(toHalf) : values, from);
}

function reader(cache: Tensor): Read {
  const numbers = numbersOf(cache) as Float32Array;
  const positions = cache.dims[2] ?? 0;
  return (position, head, place) => {
    const number = numbers[(head * positions + position) * SIZE + place] ?? NaN;
    return cache.type === 'float16' ? fromHalf(number) : number;
  };
}

/** How a toy stores what it computes. */
export interface ToyOptions {
  type?: 'float32' | 'float16';
  /** Where it makes its tensors; by default in main memory. */
  memory?: GpuMemory;
  /** Whether it writes into the caches that it reads, and takes ids twice, like a graph for WebGPU. */
  inPlace?: boolean;
}

/** A decoder's graph as a few lines of arithmetic. It refuses inputs that contradict each other. */
export class ToySession implements OrtSession {
  readonly inputNames: string[];
  readonly outputNames = ['logits', 'present.0.key', 'present.0.value'];
  readonly inputMetadata: OrtSession['inputMetadata'];
  readonly outputMetadata: OrtSession['outputMetadata'];
  /** Thrown by the next step. */
  fault: Error | undefined;
  readonly #type: 'float32' | 'float16';
  readonly #memory: GpuMemory | undefined;
  readonly #inPlace: boolean;
  readonly #made: Tensor[] = [];

  constructor({ type = 'float32', memory, inPlace = false }: ToyOptions = {}) {
    this.#type = type;
    this.#memory = memory;
    this.#inPlace = inPlace;
    const past = ['past_key_values.0.key', 'past_key_values.0.value'];
    const counts = inPlace
      ? ['seqlens_k', 'total_sequence_length', 'num_logits_to_keep']
      : ['attention_mask', 'position_ids', 'num_logits_to_keep'];
    this.inputNames = ['input_ids', ...counts, ...past];
    const shape = [1, HEADS, 'past', SIZE];
    this.inputMetadata = [
      { name: 'input_ids', isTensor: true, type: 'int64', shape: [1, 'ids', ...(inPlace ? [2] : [])] },
      ...past.map((name) => ({ name, isTensor: true, type, shape }) as const),
    ];
    this.outputMetadata = [{ name: 'logits', isTensor: true, type: 'float32', shape: [1, 'rows', VOCABULARY] }];
  }

  /** How many of its tensors nobody disposed of yet. */
  get open(): number {
    return this.#made.filter(({ location }) => location !== 'none').length;
  }

  async run(feeds: Tensors, fetches: unknown) {
    const { fault } = this;
    this.fault = undefined;
    if (fault) throw fault;
    const given = fetches as Tensors;
    const input = (name: string): Tensor => {
      const tensor = feeds[name];
      if (!tensor) throw new Error(`The input ${name} is missing.`);
      return tensor;
    };
    const ids = this.#ids(input('input_ids'));
    const { past, rows } = this.#counts(input, ids.length);
    const caches = ['key', 'value'].map((part) => {
      const before = input(`past_key_values.0.${part}`);
      const after = this.#after(before, given[`present.0.${part}`], past + ids.length);
      ids.forEach((id, i) => {
        for (let head = 0; head < HEADS; head++) {
          const at = (head * (after.dims[2] ?? 0) + past + i) * SIZE;
          write(
            after,
            Array.from({ length: SIZE }, (_, place) => cached(id, head, place)),
            at,
          );
        }
      });
      return after;
    });
    const [key, value] = caches as [Tensor, Tensor];
    const values = Array.from({ length: rows }, (_, row) =>
      logitsOf(reader(key), reader(value), past + ids.length - rows + row + 1),
    );
    const logits = given['logits'] ?? this.#make('float32', [1, rows, VOCABULARY]);
    write(logits, values.flat());
    return { logits, 'present.0.key': key, 'present.0.value': value };
  }

  release(): Promise<void> {
    return Promise.resolve();
  }

  /** Like a graph for WebGPU, one that writes in place takes each id twice. */
  #ids(tensor: Tensor): number[] {
    const ids = Array.from(numbersOf(tensor) as BigInt64Array, Number);
    if (!this.#inPlace) return ids;
    if (tensor.dims[2] !== 2 || ids.some((id, i) => id !== ids[i - (i % 2)])) throw new Error('The ids are not twice.');
    return ids.filter((_, i) => i % 2 === 0);
  }

  /** The positions before this step, and of how many tokens logits are wanted. */
  #counts(input: (name: string) => Tensor, count: number): { past: number; rows: number } {
    const numbers = (name: string): number[] => Array.from(numbersOf(input(name)) as Int32Array, Number);
    const rows = numbers('num_logits_to_keep')[0] === 0 ? count : 1;
    if (this.#inPlace) {
      const [total = NaN] = numbers('total_sequence_length');
      if (numbers('seqlens_k').join() !== String(total - 1)) throw new Error('The lengths contradict each other.');
      return { past: total - count, rows };
    }
    const past = input('past_key_values.0.key').dims[2] ?? NaN;
    if (numbers('attention_mask').length !== past + count) throw new Error('The mask has another length.');
    if (numbers('position_ids').some((position, i) => position !== past + i)) throw new Error('Positions are wrong.');
    return { past, rows };
  }

  /** The cache after a step, with what was in it before. */
  #after(before: Tensor, given: Tensor | null | undefined, total: number): Tensor {
    if (this.#inPlace) {
      if (given?.gpuBuffer !== before.gpuBuffer) throw new Error('The cache is not written where it is read.');
      if ((given.dims[2] ?? 0) < total) throw new Error('The cache has no room for the step.');
      return given;
    }
    const after = this.#make(this.#type, [1, HEADS, total, SIZE]);
    const positions = before.dims[2] ?? 0;
    const [from, to] = [numbersOf(before) as Float32Array, numbersOf(after) as Float32Array];
    for (let head = 0; head < HEADS; head++)
      to.set(from.subarray(head * positions * SIZE, (head + 1) * positions * SIZE), head * total * SIZE);
    return after;
  }

  #make(type: 'float32' | 'float16', dims: number[]): Tensor {
    const size = dims.reduce((a, b) => a * b, 1);
    let tensor: Tensor;
    if (this.#memory) {
      const usage = BUFFER_USAGE.storage | BUFFER_USAGE.copySource | BUFFER_USAGE.copyTarget;
      const buffer = gpuBuffer(this.#memory.device, size * (type === 'float16' ? 2 : 4), usage);
      const download = () => Promise.resolve(numbersOf(tensor).slice() as Float32Array);
      tensor = Tensor.fromGpuBuffer(buffer, { dataType: type, dims, dispose: () => buffer.destroy(), download });
    } else tensor = new Tensor(type, type === 'float16' ? new Uint16Array(size) : new Float32Array(size), dims);
    this.#made.push(tensor);
    return tensor;
  }
}
