import { at } from '../../at.ts';
import { throwIfCancelled } from '../../error.ts';
import { type Checkpoint, matrixShape, readTensor, tensorInfo } from '../checkpoint/checkpoint.ts';
import { toHalf } from '../float.ts';
import type { GraphBuilder } from '../onnx/index.ts';
import { BLOCK } from '../quantise.ts';
import { decodeStored } from '../stored.ts';
import { twofoldRows } from './gpu-layout.ts';
import { inOrder } from './in-order.ts';
import { type NBits, type Quantiser, toNBits } from './nbits.ts';
import type { ShardWriter } from './shards.ts';

/** Values decoded at once: bounds the memory of an export of any model. */
const CHUNK_VALUES = 1 << 21;

/** Names of the initializers of a quantised matrix. */
export interface QuantisedMatrix {
  rows: number;
  columns: number;
  /** uint8 [rows, columns / 32, 4 · bits]. */
  codes: string;
  /** [rows, columns / 32]. */
  scales: string;
  /** 4 bits only: [columns / 32, rows], minimum + 8 · scale, the factor of a block's sum of activations. */
  offsets: string | undefined;
}

/** The initializer of a matrix of floats. */
export interface FloatMatrix {
  name: string;
  /** Whether it is stored as [columns, rows], which is what a product with it reads in order. */
  byColumns?: boolean;
}

/** What of a product holds every value twice (see GpuLayout). */
export type Twice = 'input' | 'output';

/** The bits that a matrix is stored with: an input that is there twice needs no more than 4 (`twofoldRows`). */
export const storedBits = (bits: NBits, twice: Twice | undefined): NBits => (twice === 'input' ? 4 : bits);

/** Where the graph of a decoder gets its weights: each method returns the names of initializers. */
export interface DecoderWeights {
  /** A vector, or several end to end. */
  vector(name: string, tensors: string[]): Promise<string>;
  /** Any values, e.g. a table. */
  put(name: string, dims: number[], values: Float32Array): Promise<string>;
  /** Matrices stacked by rows as one float initializer. */
  float(name: string, tensors: string[]): Promise<FloatMatrix>;
  /**
   * Matrices stacked by rows in MatMulNBits form; with `twice`, twice the columns and `storedBits`, or all rows a
   * second time. Values are multiplied by `factor`.
   */
  quantised(name: string, tensors: string[], bits: NBits, twice?: Twice, factor?: number): Promise<QuantisedMatrix>;
}

/** Copies weights from a checkpoint into the data files of a graph, a few rows at a time, in the IO type. */
export class WeightWriter implements DecoderWeights {
  readonly #source: Checkpoint;
  readonly #graph: GraphBuilder;
  readonly #shards: ShardWriter;
  readonly #io: 'float32' | 'float16';
  readonly #onProgress: (values: number) => void;
  readonly #signal: AbortSignal | undefined;
  readonly #quantiser: Quantiser;

  constructor(
    source: Checkpoint,
    graph: GraphBuilder,
    shards: ShardWriter,
    io: 'float32' | 'float16',
    onProgress: (values: number) => void,
    signal?: AbortSignal,
    quantiser: Quantiser = { quantise: toNBits, ahead: 0 },
  ) {
    this.#source = source;
    this.#graph = graph;
    this.#shards = shards;
    this.#io = io;
    this.#onProgress = onProgress;
    this.#signal = signal;
    this.#quantiser = quantiser;
  }

  async vector(name: string, tensors: string[]): Promise<string> {
    const parts = await Promise.all(tensors.map((tensor) => readTensor(this.#source, tensor)));
    const values = Float32Array.from(parts.flatMap((part) => [...part]));
    this.#onProgress(values.length);
    return this.put(name, [values.length], values);
  }

  async put(name: string, dims: number[], values: Float32Array): Promise<string> {
    const bytes = floatBytes(values, this.#io);
    return this.#graph.external(name, this.#io, dims, await this.#shards.append(bytes.length, [bytes]));
  }

  async float(name: string, tensors: string[]): Promise<FloatMatrix> {
    const { rows, columns } = this.#stackedShape(tensors);
    const io = this.#io;
    const chunks = this.#chunks(tensors);
    const stream = (async function* () {
      for await (const { type, stored, count } of chunks) yield floatBytes(decodeStored(type, stored, count), io);
    })();
    const external = await this.#shards.append(rows * columns * (io === 'float32' ? 4 : 2), stream);
    return { name: this.#graph.external(name, io, [rows, columns], external) };
  }

  async quantised(name: string, tensors: string[], bits: NBits, twice?: Twice, factor = 1): Promise<QuantisedMatrix> {
    const own = this.#stackedShape(tensors);
    const rows = own.rows * (twice === 'output' ? 2 : 1);
    const columns = own.columns * (twice === 'input' ? 2 : 1);
    const blocks = columns / BLOCK;
    const scales = new Float32Array(rows * blocks);
    const offsets = new Float32Array(bits === 4 && !twice ? rows * blocks : 0);
    let block = 0;
    const quantiser = this.#quantiser;
    const parts = inOrder(
      this.#chunks(tensors),
      ({ type, stored, count }) => quantiser.quantise(type, stored, count, bits),
      quantiser.ahead,
    );
    const stream = (async function* () {
      const again: Uint8Array[] = [];
      for await (const one of parts) {
        const part = twice === 'input' ? twofoldRows(one, own.columns, bits) : one;
        scales.set(part.scales, block);
        if (!twice)
          part.minimums.forEach((minimum, i) => {
            const row = Math.floor((block + i) / blocks);
            const column = (block + i) % blocks;
            offsets[column * rows + row] = minimum + 8 * (part.scales[i] ?? 0);
          });
        block += part.scales.length;
        if (twice === 'output') again.push(part.codes);
        yield part.codes;
      }
      if (twice === 'output') scales.copyWithin(block, 0, block);
      yield* again;
    })();
    const blob = (BLOCK * storedBits(bits, twice)) / 8;
    const external = await this.#shards.append(rows * blocks * blob, stream);
    return {
      rows,
      columns,
      codes: this.#graph.external(`${name}.codes`, 'uint8', [rows, blocks, blob], external),
      scales: await this.put(
        `${name}.scales`,
        [rows, blocks],
        scales.map((scale) => scale * factor),
      ),
      offsets: offsets.some((value) => value !== 0)
        ? await this.put(`${name}.offsets`, [blocks, rows], offsets)
        : undefined,
    };
  }

  #stackedShape(tensors: string[]): { rows: number; columns: number } {
    const shapes = tensors.map((tensor) => matrixShape(tensorInfo(this.#source, tensor)));
    return { rows: shapes.reduce((sum, shape) => sum + shape.rows, 0), columns: at(shapes, 0).columns };
  }

  async *#chunks(tensors: string[]) {
    for (const tensor of tensors) {
      const { type, ...info } = tensorInfo(this.#source, tensor);
      const { rows, columns } = matrixShape({ type, ...info });
      const step = Math.max(1, Math.floor(CHUNK_VALUES / columns));
      for (let row = 0; row < rows; row += step) {
        throwIfCancelled(this.#signal);
        const take = Math.min(step, rows - row);
        const count = take * columns;
        yield { type, stored: await this.#source.readStoredRows(tensor, row, take), count };
        this.#onProgress(count);
      }
    }
  }
}

function floatBytes(values: Float32Array, io: 'float32' | 'float16'): Uint8Array {
  if (io === 'float32') return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return new Uint8Array(Uint16Array.from(values, toHalf).buffer);
}
