import { BLOCK } from '../quantise.ts';
import type { NBits } from './nbits.ts';

/** A matrix in MatMulNBits form with the exporter's offsets; see `QuantisedMatrix`. */
export interface QuantisedValues {
  bits: NBits;
  rows: number;
  columns: number;
  codes: Uint8Array;
  scales: Float32Array;
  /** Undefined if all are 0. */
  offsets: Float32Array | undefined;
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

/** Writes the values of a matrix, transposed to [columns, rows], into `out`. */
export function widenRows(matrix: QuantisedValues, out: Float32Array): void {
  const { rows, columns, bits, scales, offsets } = matrix;
  const blocks = columns / BLOCK;
  const widen = bits === 8 ? widenBlocks8 : widenBlocks4;
  const tile: Tile = { first: 0, count: 0, block: 0, scales: new Float64Array(TILE), offsets: new Float64Array(TILE) };
  for (tile.first = 0; tile.first < rows; tile.first += TILE) {
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
