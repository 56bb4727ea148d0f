import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import type { ModelConfig } from '../config.ts';
import { BLOCK } from '../quantise.ts';
import type { NBits, NBitsRows } from './nbits.ts';

/** Matrices of a layer whose input is the hidden state; the others' output is added to it. */
const READS_HIDDEN = /\.(self_attn\.[qkv]_proj|mlp\.(gate|up)_proj)\./;
const FEEDS = ['gate_proj', 'up_proj'];

/** The only epsilon that ONNX Runtime's MatMulNBitsMlp knows: it drops that of the norm which it replaces. */
const FUSED_EPSILON = 1e-5;

/** Whether MatMulNBitsMlp may replace the norms of a model. */
export const fusesNorm = ({ normEpsilon }: Pick<ModelConfig, 'normEpsilon'>): boolean =>
  Math.fround(normEpsilon) === Math.fround(FUSED_EPSILON);

/** How a decoder's graph is laid out for WebGPU (docs/reference/model-files.md). */
export interface GpuLayout {
  /**
   * Whether the hidden state holds every value twice, so that matrices of 4 bits with minimums, which read it, need
   * neither minimums nor a second product: the second half of their rows multiplies the sum of a block.
   */
  twofold: boolean;
  /** Matrices of 8 bits; the others keep their 4. */
  eightBits: (tensor: string) => boolean;
}

/** The layout for these weights: twofold if ONNX Runtime then computes a feed-forward network's input in one step. */
export function gpuLayout({ config, tensors }: Checkpoint): GpuLayout {
  const isNarrow = (tensor: string): boolean => /^Q4_[01]$/.test(tensors.get(tensor)?.type ?? '');
  const twofold =
    fusesNorm(config) &&
    Array.from({ length: config.layers }, (_, layer) => `model.layers.${layer}.mlp.`).every((mlp) =>
      FEEDS.every((part) => isNarrow(`${mlp}${part}.weight`)),
    );
  return { twofold, eightBits: (tensor) => !twofold || !READS_HIDDEN.test(tensor) || !isNarrow(tensor) };
}

/** Two codes of value 1, which multiplies the sum of a block by the scale. */
const ONES = 0x99;
/** The code of 8 bits whose value is 0. */
const ZERO = 0x80;

/**
 * Rows for an input that holds every value twice: their own blocks, and as many of one value each, which is the factor
 * of the sum of a block. The product is exactly that of the rows.
 * @param columns of the rows that are given.
 */
export function twofoldRows({ codes, scales, minimums }: NBitsRows, columns: number, bits: NBits): NBitsRows {
  const blocks = columns / BLOCK;
  const bytes = (columns * bits) / 8;
  const twice = {
    codes: new Uint8Array(2 * codes.length).fill(bits === 4 ? ONES : ZERO),
    scales: new Float32Array(2 * scales.length),
    minimums: new Float32Array(0),
  };
  for (let row = 0; row < scales.length / blocks; row++) {
    twice.codes.set(codes.subarray(row * bytes, (row + 1) * bytes), 2 * row * bytes);
    for (let block = 0; block < blocks; block++) {
      const [from, to] = [row * blocks + block, 2 * row * blocks + block];
      const scale = scales[from] as number;
      twice.scales[to] = scale;
      if (bits === 4) twice.scales[to + blocks] = (minimums[from] as number) + 8 * scale;
    }
  }
  return twice;
}
