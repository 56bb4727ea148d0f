import { roundToHalf } from '../float.ts';
import { BLOCK, Q4_WIDTHS, Q8_WIDTHS, quantiseQ4, quantiseQ8 } from '../quantise.ts';
import { assemble } from './assembler.ts';
import { encodeKernel, type Grid, searchKernel } from './kernels.ts';

/** Blocks that are fitted; codes are bytes, two's complement where the grid has negative ones. */
export interface FittedBlocks {
  codes: Uint8Array;
  /** Half-precision numbers, one a block. */
  scales: Float32Array;
  minimums: Float32Array;
}

export const GRIDS = {
  /** Codes 0…15, scale and minimum. */
  q4: { lowest: 0, highest: 15, affine: true, widths: Q4_WIDTHS },
  /** Codes −127…127, scale only. */
  q8: { lowest: -127, highest: 127, affine: false, widths: Q8_WIDTHS },
} as const satisfies Record<string, Grid>;
export type GridName = keyof typeof GRIDS;

/** Blocks that are in the kernels' memory at once. */
export const CAPACITY = 4096;
/** Where what lies in that memory: values, codes, then pairs and numbers a block. */
const PLACES = (() => {
  const codes = CAPACITY * BLOCK * 4;
  const fits = codes + CAPACITY * BLOCK;
  const plain = fits + CAPACITY * 8;
  const errors = plain + CAPACITY * 8;
  const plainErrors = errors + CAPACITY * 4;
  return { values: 0, codes, fits, plain, errors, plainErrors, end: plainErrors + CAPACITY * 4 };
})();

type Kernel = (...args: number[]) => void;
interface Kernels {
  memory: WebAssembly.Memory;
  search: Record<GridName, Kernel>;
  encode: Record<GridName, Kernel>;
}

let made: Kernels | null | undefined;

/** Null where WebAssembly or its vectors are missing. */
function kernels(): Kernels | null {
  if (made === undefined) {
    try {
      const functions = [
        searchKernel('search4', GRIDS.q4),
        encodeKernel('encode4', GRIDS.q4),
        searchKernel('search8', GRIDS.q8),
        encodeKernel('encode8', GRIDS.q8),
      ];
      const { exports } = new WebAssembly.Instance(
        new WebAssembly.Module(assemble(functions, Math.ceil(PLACES.end / 65536))),
      );
      const kernel = (name: string): Kernel => exports[name] as Kernel;
      made = {
        memory: exports['memory'] as WebAssembly.Memory,
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
 * Quantises values, a whole number of blocks, as `quantiseQ4` and `quantiseQ8` do; with the vectors of WebAssembly
 * where there are some, which is ten times as fast.
 * @param out gets the fits; it may have room for more.
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
  search[grid](PLACES.values, PLACES.fits, PLACES.plain, count);
  const [fits, plain] = [floats(PLACES.fits, 2 * count), floats(PLACES.plain, 2 * count)];
  for (let i = 0; i < 2 * count; i++) {
    fits[i] = roundToHalf(fits[i] ?? 0);
    plain[i] = roundToHalf(plain[i] ?? 0);
  }
  // Rounding to half precision may spoil a fit: then the plain spread is taken, as long as it is better.
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
