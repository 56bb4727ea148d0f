import { BLOCK } from '../quantise.ts';
import { instantiateKernels, makeRoom, type Kernel } from './instantiate.ts';

/** Fills `target` with the stored bytes of a tensor from `offset` on. */
export type ReadBytes = (offset: number, target: Uint8Array<ArrayBuffer>) => void;

/** A matrix in MatMulNBits form with the exporter's offsets; see `QuantisedMatrix`. */
export interface QuantisedValues {
  bits: 4 | 8;
  rows: number;
  columns: number;
  codes: ReadBytes;
  /** 32-bit floats, like the offsets. */
  scales: ReadBytes;
  /** Undefined if all are 0. */
  offsets: ReadBytes | undefined;
}

/** Memory for so many values. */
export type Room = (values: number) => Float32Array;

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
export function widenMatrix(matrix: QuantisedValues, found: Widening | null, room: Room): Float32Array {
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
  if (regular < rows) widenRows(matrix, out, regular);
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
  const place = (address: number, bytes: number) => new Uint8Array(buffer, address, bytes);
  codes(first * width, place(places.codes, count * width));
  scales(4 * first * blocks, place(places.scales, 4 * count * blocks));
  if (!offsets) place(places.offsets, 4 * count * blocks).fill(0);
  else if (count === rows) offsets(0, place(places.offsets, 4 * rows * blocks));
  else
    for (let block = 0; block < blocks; block++)
      offsets(4 * (block * rows + first), place(places.offsets + 4 * block * count, 4 * count));
  kernels[bits](places.codes, places.scales, places.offsets, places.out, count, columns, 4 * height, 0);
  return new Float32Array(buffer, places.out, columns * height);
}

/** Rows that are written side by side: each column of the result is another page of memory. */
const TILE = 64;

/** The codes of some rows, and the scales and offsets of one block of each of them. */
interface Tile {
  first: number;
  count: number;
  block: number;
  codes: Uint8Array<ArrayBuffer>;
  scales: Float64Array;
  offsets: Float64Array;
}

/** Writes the values of the rows from `start` on, transposed to [columns, rows], into `out`. */
function widenRows(matrix: QuantisedValues, out: Float32Array, start: number): void {
  const { rows, columns, bits } = matrix;
  const blocks = columns / BLOCK;
  const width = (columns * bits) / 8;
  const widen = bits === 8 ? widenBlocks8 : widenBlocks4;
  const floats = (read: ReadBytes, offset: number, target: Float32Array<ArrayBuffer>) =>
    read(offset, new Uint8Array(target.buffer, target.byteOffset, target.byteLength));
  const scales = new Float32Array(TILE * blocks);
  // Those of neighbouring rows lie apart, so they are read at once.
  const offsets = matrix.offsets && new Float32Array(rows * blocks);
  if (matrix.offsets && offsets) floats(matrix.offsets, 0, offsets);
  const tile: Tile = {
    first: 0,
    count: 0,
    block: 0,
    codes: new Uint8Array(TILE * width),
    scales: new Float64Array(TILE),
    offsets: new Float64Array(TILE),
  };
  for (tile.first = start; tile.first < rows; tile.first += TILE) {
    tile.count = Math.min(TILE, rows - tile.first);
    matrix.codes(tile.first * width, tile.codes.subarray(0, tile.count * width));
    floats(matrix.scales, 4 * tile.first * blocks, scales.subarray(0, tile.count * blocks));
    for (tile.block = 0; tile.block < blocks; tile.block++) {
      for (let i = 0; i < tile.count; i++) {
        tile.scales[i] = scales[i * blocks + tile.block] as number;
        tile.offsets[i] = offsets ? (offsets[tile.block * rows + tile.first + i] as number) : 0;
      }
      widen(matrix, tile, out);
    }
  }
}

/** 8 bits have no offsets. */
function widenBlocks8({ rows, columns }: QuantisedValues, tile: Tile, out: Float32Array): void {
  const { first, count, block, codes, scales } = tile;
  for (let column = block * BLOCK; column < (block + 1) * BLOCK; column++) {
    const to = column * rows + first;
    for (let i = 0, code = column; i < count; i++, code += columns)
      out[to + i] = ((codes[code] as number) - 128) * (scales[i] as number);
  }
}

function widenBlocks4({ rows, columns }: QuantisedValues, tile: Tile, out: Float32Array): void {
  const { first, count, block, codes, scales, offsets } = tile;
  const bytes = columns / 2;
  for (let byte = (block * BLOCK) / 2; byte < ((block + 1) * BLOCK) / 2; byte++) {
    const low = 2 * byte * rows + first;
    const high = low + rows;
    for (let i = 0, code = byte; i < count; i++, code += bytes) {
      const pair = codes[code] as number;
      const scale = scales[i] as number;
      const offset = offsets[i] as number;
      out[low + i] = ((pair & 15) - 8) * scale + offset;
      out[high + i] = ((pair >> 4) - 8) * scale + offset;
    }
  }
}
