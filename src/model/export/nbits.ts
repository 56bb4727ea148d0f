import { fromHalf } from '../float.ts';
import { BLOCK } from '../quantise.ts';
import { fitBlocks } from '../simd/fit.ts';
import { decodeStored, type StoredType } from '../stored.ts';

/**
 * Rows in the layout of ONNX Runtime's MatMulNBits, block size 32.
 * 4 bits: byte b of a block holds element 2b low and 2b + 1 high; value = code · scale + minimum.
 * 8 bits: value = (code − 128) · scale; `minimums` stays empty.
 */
export interface NBitsRows {
  codes: Uint8Array;
  /** One a block, row major. */
  scales: Float32Array;
  minimums: Float32Array;
}

export type NBits = 4 | 8;

/** Stored types whose blocks fit MatMulNBits as they are, so that nothing is rounded twice. */
export function isExact(type: StoredType, bits: NBits): boolean {
  return bits === 4 ? type === 'Q4_1' || type === 'Q4_0' : type === 'Q8_0';
}

/** Brings stored rows into MatMulNBits form: exactly where the block formats agree, by an error-minimising fit otherwise. */
export function toNBits(type: StoredType, stored: Uint8Array, count: number, bits: NBits): NBitsRows {
  const blocks = count / BLOCK;
  const rows: NBitsRows = {
    codes: new Uint8Array((count * bits) / 8),
    scales: new Float32Array(blocks),
    minimums: new Float32Array(bits === 4 ? blocks : 0),
  };
  if (isExact(type, bits)) {
    if (bits === 4) carryQ4(type, stored, rows);
    else carryQ8(stored, rows);
  } else {
    const fit = bits === 4 ? fitQ4 : fitQ8;
    fit(decodeStored(type, stored, count), rows);
  }
  return rows;
}

function carryQ4(type: StoredType, stored: Uint8Array, { codes, scales, minimums }: NBitsRows): void {
  const view = new DataView(stored.buffer, stored.byteOffset, stored.byteLength);
  const head = type === 'Q4_1' ? 4 : 2;
  for (let block = 0, at = 0; block < scales.length; block++, at += head + 16) {
    const scale = fromHalf(view.getUint16(at, true));
    scales[block] = scale;
    minimums[block] = type === 'Q4_1' ? fromHalf(view.getUint16(at + 2, true)) : -8 * scale;
    for (let b = 0; b < 8; b++) {
      const even = stored[at + head + 2 * b] ?? 0;
      const odd = stored[at + head + 2 * b + 1] ?? 0;
      codes[block * 16 + b] = (even & 15) | ((odd & 15) << 4);
      codes[block * 16 + b + 8] = (even >> 4) | (odd & 0xf0);
    }
  }
}

function carryQ8(stored: Uint8Array, { codes, scales }: NBitsRows): void {
  const view = new DataView(stored.buffer, stored.byteOffset, stored.byteLength);
  for (let block = 0, at = 0; block < scales.length; block++, at += 34) {
    scales[block] = fromHalf(view.getUint16(at, true));
    for (let i = 0; i < BLOCK; i++) codes[block * BLOCK + i] = view.getInt8(at + 2 + i) + 128;
  }
}

function fitQ4(values: Float32Array, rows: NBitsRows): void {
  const fitted = fitBlocks('q4', values);
  for (let b = 0; b < rows.codes.length; b++) rows.codes[b] = (fitted.codes[2 * b] ?? 0) | ((fitted.codes[2 * b + 1] ?? 0) << 4);
  rows.scales.set(fitted.scales);
  rows.minimums.set(fitted.minimums);
}

function fitQ8(values: Float32Array, rows: NBitsRows): void {
  const fitted = fitBlocks('q8', values);
  // From −127…127 as two's complement to 1…255.
  for (let i = 0; i < rows.codes.length; i++) rows.codes[i] = (fitted.codes[i] ?? 0) ^ 128;
  rows.scales.set(fitted.scales);
}
