import { throwIfCancelled } from '../error.ts';
import {
  layerMatrices,
  matrixShape,
  readTensor,
  tensorInfo,
  type Checkpoint,
} from '../formats/checkpoint/checkpoint.ts';
import type { ModelConfig } from '../formats/config.ts';
import { toNBits, type NBits, type NBitsRows } from '../formats/export/nbits.ts';
import { BLOCK } from '../formats/quantise.ts';
import type { Feed } from './feed.ts';
import { gather, gemm, quantisedGemm, quantisedRows, type Graph, type Value } from './ir/index.ts';

/**
 * How base matrices are stored during training: as floats, or quantised in blocks of 32 and unpacked inside the step,
 * as QLoRA (Dettmers et al. 2023) does with different blocks.
 */
export const BASE_FORMATS = ['fp32', 'q8', 'q4'] as const;
export type BaseFormat = (typeof BASE_FORMATS)[number];

/**
 * Base weights under their checkpoint names: vectors and matrices [out, in] as floats, or matrices quantised by rows.
 */
export type BaseWeights = Map<string, Float32Array | NBitsRows>;

/** The same as inputs of the graph; a quantised matrix has several. */
export type BaseFeeds = Map<string, Feed>;

/** Names and shapes of those inputs, which determine the graph. */
export type BaseLayout = ReadonlyMap<string, Pick<Feed, 'dims'>>;

/** A base matrix in a graph, however it is stored. */
export interface FrozenMatrix {
  /** x · Wᵀ. */
  multiply(x: Value): Value;
  /** Rows by their index. */
  rows(indices: Value): Value;
}

const PART = { codes: '.codes', scales: '.scales', offsets: '.offsets' } as const;

/** Reads every tensor of a checkpoint; stored blocks that fit the format are copied exactly. */
export async function readBase(
  checkpoint: Checkpoint,
  format: BaseFormat,
  signal?: AbortSignal,
  onTensor: (done: number, total: number) => void = () => undefined,
): Promise<BaseWeights> {
  const base: BaseWeights = new Map();
  for (const name of checkpoint.tensors.keys()) {
    throwIfCancelled(signal);
    const info = tensorInfo(checkpoint, name);
    const { rows, columns } = matrixShape(info);
    const bits = info.shape.length === 2 && columns % BLOCK === 0 ? bitsOf(name, format) : null;
    base.set(
      name,
      bits === null
        ? await readTensor(checkpoint, name)
        : toNBits(info.type, await checkpoint.readStoredRows(name, 0, rows), rows * columns, bits),
    );
    onTensor(base.size, checkpoint.tensors.size);
  }
  return base;
}

/** Converts float weights in memory to the format. */
export function keepBase(
  weights: Iterable<[string, Float32Array]>,
  config: ModelConfig,
  format: BaseFormat,
): BaseWeights {
  return new Map(
    [...weights].map(([name, values]): [string, Float32Array | NBitsRows] => {
      const columns = columnsOf(name, config);
      return [name, columns === null || columns % BLOCK !== 0 ? values : keepMatrix(name, values, format)];
    }),
  );
}

function keepMatrix(name: string, values: Float32Array, format: BaseFormat): Float32Array | NBitsRows {
  const bits = bitsOf(name, format);
  return bits === null
    ? values
    : toNBits('F32', new Uint8Array(values.buffer, values.byteOffset, values.byteLength), values.length, bits);
}

/** Embedding and output matrix have 8 bits in the quantised formats, as in exported models. */
function bitsOf(name: string, format: BaseFormat): NBits | null {
  if (format === 'fp32') return null;
  return format === 'q8' || /embed_tokens|lm_head/.test(name) ? 8 : 4;
}

/** The graph's inputs for the base. Nothing large is copied. */
export function baseFeeds(base: BaseWeights, config: ModelConfig): BaseFeeds {
  const feeds: BaseFeeds = new Map();
  for (const [name, data] of base) {
    const columns = columnsOf(name, config);
    if (data instanceof Float32Array) {
      feeds.set(name, {
        type: 'float32',
        data,
        dims: columns === null ? [data.length] : [data.length / columns, columns],
      });
      continue;
    }
    if (columns === null) throw new Error(`${name} is a vector and cannot be quantised.`);
    const blocks = columns / BLOCK;
    const rows = data.scales.length / blocks;
    feeds.set(name + PART.codes, {
      type: 'uint8',
      data: data.codes,
      dims: [rows, blocks, data.codes.length / data.scales.length],
    });
    feeds.set(name + PART.scales, { type: 'float32', data: data.scales, dims: [rows, blocks] });
    const offsets = offsetsOf(data, rows, blocks);
    if (offsets.some((value) => value !== 0))
      feeds.set(name + PART.offsets, { type: 'float32', data: offsets, dims: [blocks, rows] });
  }
  return feeds;
}

/** [columns / 32, rows]: minimum + 8 · scale, which is 0 everywhere for symmetric blocks. */
function offsetsOf({ scales, minimums }: NBitsRows, rows: number, blocks: number): Float32Array {
  const offsets = new Float32Array(minimums.length);
  minimums.forEach(
    (minimum, i) => (offsets[(i % blocks) * rows + Math.floor(i / blocks)] = minimum + 8 * (scales[i] ?? 0)),
  );
  return offsets;
}

/** Length of a matrix's rows; null for a vector. */
function columnsOf(name: string, config: ModelConfig): number | null {
  if (name.endsWith('norm.weight') || name.endsWith('.bias')) return null;
  const part = Object.entries(layerMatrices(config)).find(([key]) => name.endsWith(`${key}.weight`));
  return part ? part[1][1] : config.hiddenSize;
}

/** Declares the inputs of a base matrix [out, in]. */
export function frozenMatrix(graph: Graph, name: string, [out, in_]: [number, number], base: BaseLayout): FrozenMatrix {
  const input = (part: string, type: 'uint8' | 'float32'): Value =>
    graph.input(name + part, type, base.get(name + part)?.dims ?? [out, in_]);
  if (!base.has(name + PART.codes)) {
    const matrix = input('', 'float32');
    return { multiply: (x) => gemm(x, matrix, { transB: true }), rows: (indices) => gather(matrix, indices) };
  }
  const value = {
    codes: input(PART.codes, 'uint8'),
    scales: input(PART.scales, 'float32'),
    offsets: base.has(name + PART.offsets) ? input(PART.offsets, 'float32') : undefined,
  };
  return { multiply: (x) => quantisedGemm(x, value), rows: (indices) => quantisedRows(value, indices) };
}
