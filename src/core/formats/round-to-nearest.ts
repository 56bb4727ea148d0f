import { roundToHalf } from './float.ts';
import { BLOCK } from './quantise.ts';
import type { StoredType } from './stored.ts';

/**
 * The number of levels of a type without any search: spread evenly over a block, as in ggml's plain quantisers. spread
 * them.
 */
const NEAREST: Partial<
  Record<StoredType, (block: Float32Array) => { scale: number; minimum: number; levels: [number, number] }>
> = {
  Q4_1(block) {
    const [low, high] = range(block);
    return { scale: (high - low) / 15, minimum: low, levels: [0, 15] };
  },
  Q4_0(block) {
    const [low, high] = range(block);
    return { scale: (-low > high ? low : high) / -8, minimum: 0, levels: [-8, 7] };
  },
  Q8_0(block) {
    const [low, high] = range(block);
    return { scale: Math.max(-low, high) / 127, minimum: 0, levels: [-127, 127] };
  },
};

/**
 * Rounds a whole number of blocks to the nearest level: the baseline that the searching quantisers have to beat.
 * Undefined for types that are not quantised in such blocks.
 */
export function roundToNearest(type: StoredType, values: Float32Array): Float32Array | undefined {
  const levelsOf = NEAREST[type];
  if (!levelsOf || values.length % BLOCK !== 0) return undefined;
  const out = new Float32Array(values.length);
  for (let at = 0; at < values.length; at += BLOCK) {
    const block = values.subarray(at, at + BLOCK);
    const {
      scale: exact,
      minimum: offset,
      levels: [first, last],
    } = levelsOf(block);
    const [scale, minimum] = [roundToHalf(exact), roundToHalf(offset)];
    for (let i = 0; i < BLOCK; i++) {
      const code = scale === 0 ? 0 : Math.min(last, Math.max(first, Math.round(((block[i] ?? 0) - minimum) / scale)));
      out[at + i] = code * scale + minimum;
    }
  }
  return out;
}

function range(block: Float32Array): [low: number, high: number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of block) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}
