import { roundToHalf } from '../float.ts';
import { BLOCK, Q4_WIDTHS, Q8_WIDTHS, quantiseQ4, quantiseQ8 } from '../quantise.ts';
import { instantiateKernels, makeRoom, type Kernel } from './instantiate.ts';

/** Fitted blocks; codes are bytes, in two's complement if the grid has negative ones. */
export interface FittedBlocks {
  codes: Uint8Array;
  /** Half-precision numbers, one per block. */
  scales: Float32Array;
  minimums: Float32Array;
}

/** `q4`: codes 0…15, scale and minimum. `q8`: codes −127…127, scale only. */
export type GridName = 'q4' | 'q8';

/**
 * The widths that a search tries, relative to a block's range, as kernels.as reads them: pairs of the grid's start and
 * how many codes the range has.
 */
const WIDTHS: Record<GridName, Float32Array> = {
  q4: Float32Array.from(Q4_WIDTHS.flatMap((width) => [(1 - width) / 2, 15 / width])),
  q8: Float32Array.from(Q8_WIDTHS.flatMap((width) => [0, 127 / width])),
};

/** Blocks in the kernels' memory at once. */
export const CAPACITY = 4096;
/** Layout of that memory: values, codes, then pairs and numbers per block. */
const PLACES = (() => {
  const codes = CAPACITY * BLOCK * 4;
  const fits = codes + CAPACITY * BLOCK;
  const plain = fits + CAPACITY * 8;
  const errors = plain + CAPACITY * 8;
  const plainErrors = errors + CAPACITY * 4;
  const widths = plainErrors + CAPACITY * 4;
  const end = widths + Math.max(WIDTHS.q4.byteLength, WIDTHS.q8.byteLength);
  return { values: 0, codes, fits, plain, errors, plainErrors, widths, end };
})();

interface Kernels {
  memory: WebAssembly.Memory;
  search: Record<GridName, Kernel>;
  encode: Record<GridName, Kernel>;
}

let made: Kernels | null | undefined;

/** Null without WebAssembly or its SIMD instructions. */
function kernels(): Kernels | null {
  if (made === undefined) {
    try {
      const { memory, kernel } = instantiateKernels();
      makeRoom(memory, PLACES.end);
      made = {
        memory,
        search: { q4: kernel('search4'), q8: kernel('search8') },
        encode: { q4: kernel('encode4'), q8: kernel('encode8') },
      };
    } catch {
      made = null;
    }
  }
  return made;
}

/** Room for the fits of `blocks` blocks. */
export function fittedBlocks(blocks: number): FittedBlocks {
  return {
    codes: new Uint8Array(blocks * BLOCK),
    scales: new Float32Array(blocks),
    minimums: new Float32Array(blocks),
  };
}

/**
 * Quantises a whole number of blocks like `quantiseQ4` and `quantiseQ8`; with WebAssembly SIMD if available, which is
 * three to six times as fast (docs/decisions/0016-readable-kernels.md).
 * @param out receives the fits; may be larger than needed.
 */
export function fitBlocks(
  grid: GridName,
  values: Float32Array,
  out = fittedBlocks(values.length / BLOCK),
  found = kernels(),
): FittedBlocks {
  const blocks = values.length / BLOCK;
  if (!found) return fitPlainly(grid, values, out);
  for (let at = 0; at < blocks; at += CAPACITY) fitSlice(found, grid, values, at, Math.min(CAPACITY, blocks - at), out);
  return out;
}

function fitPlainly(grid: GridName, values: Float32Array, out: FittedBlocks): FittedBlocks {
  const signed = new Int8Array(out.codes.buffer, out.codes.byteOffset, out.codes.length);
  for (let block = 0; block < values.length / BLOCK; block++) {
    const at = block * BLOCK;
    const codes = out.codes.subarray(at, at + BLOCK);
    const { scale, minimum } =
      grid === 'q4'
        ? quantiseQ4(values, at, codes)
        : { scale: quantiseQ8(values, at, signed.subarray(at, at + BLOCK)), minimum: 0 };
    out.scales[block] = scale;
    out.minimums[block] = minimum;
  }
  return out;
}

function fitSlice(
  { memory, search, encode }: Kernels,
  grid: GridName,
  values: Float32Array,
  at: number,
  count: number,
  out: FittedBlocks,
): void {
  const floats = (place: number, length: number): Float32Array => new Float32Array(memory.buffer, place, length);
  floats(PLACES.values, count * BLOCK).set(values.subarray(at * BLOCK, (at + count) * BLOCK));
  floats(PLACES.widths, WIDTHS[grid].length).set(WIDTHS[grid]);
  search[grid](PLACES.values, PLACES.fits, PLACES.plain, count, PLACES.widths, WIDTHS[grid].length / 2);
  const [fits, plain] = [floats(PLACES.fits, 2 * count), floats(PLACES.plain, 2 * count)];
  for (let i = 0; i < 2 * count; i++) {
    fits[i] = roundToHalf(fits[i] ?? 0);
    plain[i] = roundToHalf(plain[i] ?? 0);
  }
  // Rounding to half precision may spoil a fit: then evenly spread levels are used if they are better.
  encode[grid](PLACES.values, PLACES.plain, PLACES.codes, PLACES.plainErrors, count);
  encode[grid](PLACES.values, PLACES.fits, PLACES.codes, PLACES.errors, count);
  const [errors, plainErrors] = [floats(PLACES.errors, count), floats(PLACES.plainErrors, count)];
  for (let block = 0; block < count; block++) {
    if ((errors[block] ?? 0) <= (plainErrors[block] ?? 0)) continue;
    fits.set(plain.subarray(2 * block, 2 * block + 2), 2 * block);
    encode[grid](
      PLACES.values + block * BLOCK * 4,
      PLACES.fits + block * 8,
      PLACES.codes + block * BLOCK,
      PLACES.errors + block * 4,
      1,
    );
  }
  out.codes.set(new Uint8Array(memory.buffer, PLACES.codes, count * BLOCK), at * BLOCK);
  for (let block = 0; block < count; block++) {
    out.scales[at + block] = fits[2 * block] ?? 0;
    out.minimums[at + block] = fits[2 * block + 1] ?? 0;
  }
}
