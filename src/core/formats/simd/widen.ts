import { BLOCK } from '../quantise.ts';
import { instantiateKernels, makeRoom, type Kernel } from './instantiate.ts';

/** A matrix in MatMulNBits form with the exporter's offsets; see `QuantisedMatrix`. */
export interface QuantisedValues {
  bits: 4 | 8;
  rows: number;
  columns: number;
  codes: Uint8Array;
  scales: Float32Array;
  /** Undefined if all are 0. */
  offsets: Float32Array | undefined;
}

/** Rows that the kernel takes at once. */
const ROWS = 16;
/** Bytes in which the kernel transposes a block. */
const WORK_BYTES = 512;
/** Values in the kernel's memory at once: those of most matrices. */
const MOST_VALUES = 1 << 20;

/** The kernels and their memory, which becomes as large as the largest matrix that they hold at once. */
interface Widening {
  memory: WebAssembly.Memory;
  kernels: Record<4 | 8, Kernel>;
}

/** Null without WebAssembly or its SIMD instructions. */
export function openWidening(): Widening | null {
  try {
    const { memory, kernel } = instantiateKernels();
    return { memory, kernels: { 4: kernel('widen4'), 8: kernel('widen8') } };
  } catch {
    return null;
  }
}

/**
 * The values of a matrix, transposed to [columns, rows], with SIMD instructions if kernels were `found`. They are in
 * `room(values)` or in the kernels' memory, and valid until the next call.
 */
export function widenMatrix(
  matrix: QuantisedValues,
  found: Widening | null,
  room: (values: number) => Float32Array<ArrayBuffer>,
): Float32Array<ArrayBuffer> {
  const { rows, columns, bits } = matrix;
  const most = Math.max(ROWS, Math.floor(MOST_VALUES / columns / ROWS) * ROWS);
  const height = Math.min(rows, most);
  const bytes = placesOf(height, columns, bits).out + 4 * columns * height;
  const kernels = found && hasRoom(found.memory, bytes) ? found : null;
  const regular = kernels ? rows - (rows % ROWS) : 0;
  const isWhole = kernels !== null && rows <= most;
  const out = isWhole ? widenInKernel(kernels, matrix, [0, regular, rows]) : room(rows * columns);
  for (let first = 0; kernels && !isWhole && first < regular; first += most) {
    const count = Math.min(most, regular - first);
    const part = widenInKernel(kernels, matrix, [first, count, count]);
    for (let column = 0; column < columns; column++)
      out.set(part.subarray(column * count, (column + 1) * count), column * rows + first);
  }
  widenRows(matrix, out, regular);
  return out;
}

/** Where the kernels find `count` rows, and where they put their values. */
function placesOf(count: number, columns: number, bits: number) {
  const scales = WORK_BYTES + (count * columns * bits) / 8;
  const offsets = scales + (4 * count * columns) / BLOCK;
  return { codes: WORK_BYTES, scales, offsets, out: offsets + (4 * count * columns) / BLOCK };
}

/** Whether the memory could be made large enough. */
function hasRoom(memory: WebAssembly.Memory, bytes: number): boolean {
  try {
    makeRoom(memory, bytes);
    return true;
  } catch {
    return false;
  }
}

/**
 * The values of `count` rows from `first` on, in the kernel's memory; there is room for `height` values in each of the
 * columns.
 */
function widenInKernel(
  { memory, kernels }: Widening,
  { rows, columns, bits, codes, scales, offsets }: QuantisedValues,
  [first, count, height]: readonly [first: number, count: number, height: number],
): Float32Array<ArrayBuffer> {
  const blocks = columns / BLOCK;
  const width = (columns * bits) / 8;
  const places = placesOf(count, columns, bits);
  const { buffer } = memory;
  new Uint8Array(buffer).set(codes.subarray(first * width, (first + count) * width), places.codes);
  new Float32Array(buffer, places.scales).set(scales.subarray(first * blocks, (first + count) * blocks));
  const own = new Float32Array(buffer, places.offsets, count * blocks).fill(0);
  for (let block = 0; offsets && block < blocks; block++) {
    const from = block * rows + first;
    own.set(offsets.subarray(from, from + count), block * count);
  }
  kernels[bits](places.codes, places.scales, places.offsets, places.out, count, columns, 4 * height, 0);
  return new Float32Array(buffer, places.out, columns * height);
}

/** Rows that are written side by side: each column of the result is another page of memory. */
const TILE = 64;

/** Scales and offsets of one block of each row of a tile. */
interface Tile {
  first: number;
  count: number;
  block: number;
  scales: Float64Array;
  offsets: Float64Array;
}

/** Writes the values of the rows from `start` on, transposed to [columns, rows], into `out`. */
function widenRows(matrix: QuantisedValues, out: Float32Array, start: number): void {
  const { rows, columns, bits, scales, offsets } = matrix;
  const blocks = columns / BLOCK;
  const widen = bits === 8 ? widenBlocks8 : widenBlocks4;
  const tile: Tile = { first: 0, count: 0, block: 0, scales: new Float64Array(TILE), offsets: new Float64Array(TILE) };
  for (tile.first = start; tile.first < rows; tile.first += TILE) {
    tile.count = Math.min(TILE, rows - tile.first);
    for (tile.block = 0; tile.block < blocks; tile.block++) {
      for (let i = 0; i < tile.count; i++) {
        const row = tile.first + i;
        tile.scales[i] = scales[row * blocks + tile.block] as number;
        tile.offsets[i] = offsets ? (offsets[tile.block * rows + row] as number) : 0;
      }
      widen(matrix, tile, out);
    }
  }
}

/** 8 bits have no offsets. */
function widenBlocks8({ rows, columns, codes }: QuantisedValues, tile: Tile, out: Float32Array): void {
  const { first, count, block, scales } = tile;
  for (let column = block * BLOCK; column < (block + 1) * BLOCK; column++) {
    const to = column * rows + first;
    let code = first * columns + column;
    for (let i = 0; i < count; i++, code += columns)
      out[to + i] = ((codes[code] as number) - 128) * (scales[i] as number);
  }
}

function widenBlocks4({ rows, columns, codes }: QuantisedValues, tile: Tile, out: Float32Array): void {
  const { first, count, block, scales, offsets } = tile;
  const bytes = columns / 2;
  for (let byte = (block * BLOCK) / 2; byte < ((block + 1) * BLOCK) / 2; byte++) {
    const low = 2 * byte * rows + first;
    const high = low + rows;
    let code = first * bytes + byte;
    for (let i = 0; i < count; i++, code += bytes) {
      const pair = codes[code] as number;
      const scale = scales[i] as number;
      const offset = offsets[i] as number;
      out[low + i] = ((pair & 15) - 8) * scale + offset;
      out[high + i] = ((pair >> 4) - 8) * scale + offset;
    }
  }
}
