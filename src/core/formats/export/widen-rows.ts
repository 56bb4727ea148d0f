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

/** Rows that are written side by side, so that memory is written in order. */
const TILE = 16;

/** Writes the values of a matrix, transposed to [columns, rows], into `out`. */
export function widenRows(matrix: QuantisedValues, out: Float32Array): void {
  const { rows, bits } = matrix;
  const tile = bits === 8 ? widenTile8 : widenTile4;
  for (let first = 0; first < rows; first += TILE) tile(matrix, out, first, Math.min(TILE, rows - first));
}

function widenTile8(matrix: QuantisedValues, out: Float32Array, first: number, count: number): void {
  const { rows, columns, codes, scales } = matrix;
  const blocks = columns / BLOCK;
  for (let column = 0; column < columns; column++) {
    let code = first * columns + column;
    let scale = first * blocks + Math.floor(column / BLOCK);
    const to = column * rows + first;
    for (let i = 0; i < count; i++, code += columns, scale += blocks)
      out[to + i] = ((codes[code] as number) - 128) * (scales[scale] as number);
  }
}

function widenTile4(matrix: QuantisedValues, out: Float32Array, first: number, count: number): void {
  const { rows, columns, codes, scales, offsets } = matrix;
  const blocks = columns / BLOCK;
  const bytes = columns / 2;
  for (let byte = 0; byte < bytes; byte++) {
    const block = Math.floor((2 * byte) / BLOCK);
    let code = first * bytes + byte;
    let scale = first * blocks + block;
    const low = 2 * byte * rows + first;
    const high = low + rows;
    for (let i = 0; i < count; i++, code += bytes, scale += blocks) {
      const pair = codes[code] as number;
      const factor = scales[scale] as number;
      const offset = offsets ? (offsets[block * rows + first + i] as number) : 0;
      out[low + i] = ((pair & 15) - 8) * factor + offset;
      out[high + i] = ((pair >> 4) - 8) * factor + offset;
    }
  }
}
