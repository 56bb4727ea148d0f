import { roundToHalf } from '../float.ts';
import type { MlcFloat } from './format.ts';

/** Number of neighbouring values of a row that share a scale. */
export const GROUP = 32;
/** Codes per 32-bit word, the first in its lowest four bits. */
export const CODES_PER_WORD = 8;
/** The code of zero; codes run from 0 to 14. */
const ZERO = 7;

const ROUND: Record<MlcFloat, (value: number) => number> = { float32: Math.fround, float16: roundToHalf };

/** Rows in MLC's layout: one scale per group and eight codes per word; value = (code − 7) · scale. */
export interface GroupRows {
  /** One word per eight values. */
  words: Uint32Array;
  /** One per group, already rounded to the float type. */
  scales: Float32Array;
}

/**
 * Quantises whole rows, a multiple of 32 values each, as mlc-llm's group quantisation does: symmetric, 15 levels, every
 * step of the arithmetic rounded to `float` (shared/formats/mlc.md, section 2).
 */
export function quantiseGroups(values: Float32Array, float: MlcFloat): GroupRows {
  const round = ROUND[float];
  const words = new Uint32Array(values.length / CODES_PER_WORD);
  const scales = new Float32Array(values.length / GROUP);
  for (let group = 0; group < scales.length; group++) {
    const start = group * GROUP;
    let peak = 0;
    for (let i = start; i < start + GROUP; i++) peak = Math.max(peak, Math.abs(values[i] ?? 0));
    const scale = round(round(peak) / ZERO);
    scales[group] = scale;
    for (let i = start; i < start + GROUP; i++) {
      const shifted = scale === 0 ? ZERO : round(round(round(values[i] ?? 0) / scale) + ZERO);
      const code = Math.min(2 * ZERO, Math.max(0, roundHalfEven(shifted)));
      const word = Math.floor(i / CODES_PER_WORD);
      words[word] = ((words[word] ?? 0) | (code << (4 * (i % CODES_PER_WORD)))) >>> 0;
    }
  }
  return { words, scales };
}

/** The decoded values. */
export function dequantiseGroups({ words, scales }: GroupRows): Float32Array {
  const out = new Float32Array(words.length * CODES_PER_WORD);
  for (let i = 0; i < out.length; i++) {
    const code = ((words[Math.floor(i / CODES_PER_WORD)] ?? 0) >>> (4 * (i % CODES_PER_WORD))) & 15;
    out[i] = (code - ZERO) * (scales[Math.floor(i / GROUP)] ?? 0);
  }
  return out;
}

/**
 * Maximum error of a decoded value, given its group's scale: half a step, plus what rounding the scale and the quotient
 * to `float` adds. In half precision, scales below 2⁻¹⁴ are coarse, hence the second term.
 */
export function groupErrorLimit(scale: number, float: MlcFloat): number {
  return float === 'float16' ? 0.52 * scale + 2 ** -21 : 0.50001 * scale + Number.MIN_VALUE;
}

/** Nearest integer, ties to even. */
function roundHalfEven(value: number): number {
  const nearest = Math.round(value);
  return nearest - value === 0.5 && nearest % 2 !== 0 ? nearest - 1 : nearest;
}
