import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import type { ModelConfig } from '../config.ts';
import { BLOCK } from '../quantise.ts';
import type { NBits, NBitsRows } from './nbits.ts';

/** Whether the input of a layer's matrix is the hidden state; the others' output is added to it. */
export const readsHidden = (tensor: string): boolean => /\.(self_attn\.[qkv]_proj|mlp\.(gate|up)_proj)\./.test(tensor);

/** The only epsilon that ONNX Runtime's MatMulNBitsMlp knows: it drops that of the norm which it replaces. */
const FUSED_EPSILON = 1e-5;

/** Whether MatMulNBitsMlp may replace the norms of a model. */
export const fusesNorm = ({ normEpsilon }: Pick<ModelConfig, 'normEpsilon'>): boolean =>
  Math.fround(normEpsilon) === Math.fround(FUSED_EPSILON);

/** How a decoder's graph is laid out for WebGPU (docs/reference/model-files.md). */
export interface GpuLayout {
  /**
   * Whether the hidden state holds every value twice, so that matrices that read it need neither minimums nor more than
   * 4 bits: the second half of their rows multiplies the sum of a block, or has the lower half of 8 bits.
   */
  twofold: boolean;
  /** Matrices that are read with 8 bits; the others keep their 4. */
  eightBits: (tensor: string) => boolean;
}

/** The layout for these weights: twofold if ONNX Runtime then computes the products of a norm in one step. */
export function gpuLayout({ config, tensors }: Checkpoint): GpuLayout {
  const isNarrow = (tensor: string): boolean => /^Q4_[01]$/.test(tensors.get(tensor)?.type ?? '');
  const twofold = fusesNorm(config);
  return { twofold, eightBits: (tensor) => !twofold || !readsHidden(tensor) || !isNarrow(tensor) };
}

/** Two codes of value 1, which multiplies the sum of a block by the scale. */
const ONES = 0x99;

/**
 * Rows of 4 bits for an input that holds every value twice, whose product is that of the given rows. Of 4 bits with
 * minimums, the second half has the minimums; of 8 bits, it has the lower half of each code.
 * @param columns of the rows that are given.
 */
export function twofoldRows({ codes, scales, minimums }: NBitsRows, columns: number, bits: NBits): NBitsRows {
  const blocks = columns / BLOCK;
  const twice = {
    codes: new Uint8Array(scales.length * BLOCK).fill(ONES),
    scales: new Float32Array(2 * scales.length),
    minimums: new Float32Array(0),
  };
  for (let from = 0; from < scales.length; from++) {
    const to = from + Math.floor(from / blocks) * blocks;
    const scale = scales[from] as number;
    if (bits === 8) {
      halve(codes.subarray(from * BLOCK, (from + 1) * BLOCK), scale, twice, [to, to + blocks]);
      continue;
    }
    twice.codes.set(codes.subarray((from * BLOCK) / 2, ((from + 1) * BLOCK) / 2), (to * BLOCK) / 2);
    twice.scales[to] = scale;
    twice.scales[to + blocks] = (minimums[from] as number) + 8 * scale;
  }
  return twice;
}

/** The highest value that two codes of 4 bits make, 16 · 7 + 7; the lowest is −136. */
const HIGHEST = 119;

/**
 * Writes a block of 8 bits as two of 4 bits: 16 times the upper half, and the lower one. The signs are exchanged if
 * that puts the largest value on the side where there is room; a block with large values on both sides is rounded to a
 * scale that is up to 7 % larger.
 */
function halve(codes: Uint8Array, scale: number, into: NBitsRows, [upper, lower]: [number, number]): void {
  let [low, high] = [0, 0];
  for (const code of codes) {
    low = Math.max(low, 128 - code);
    high = Math.max(high, code - 128);
  }
  const factor = (high > low ? -1 : 1) * Math.min(1, HIGHEST / Math.min(high, low));
  for (let i = 0; i < BLOCK; i++) {
    const value = Math.round(((codes[i] as number) - 128) * factor);
    const top = Math.floor((value + 8) / 16);
    for (const [block, half] of [[upper, top] as const, [lower, value - 16 * top] as const]) {
      const at = (block * BLOCK + i) >> 1;
      into.codes[at] = i % 2 === 0 ? half + 8 : (into.codes[at] as number) | ((half + 8) << 4);
    }
  }
  into.scales[upper] = (16 * scale) / factor;
  into.scales[lower] = scale / factor;
}
