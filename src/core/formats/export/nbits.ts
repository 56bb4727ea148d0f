import { fromHalf } from '../float.ts';
import { BLOCK } from '../quantise.ts';
import { CAPACITY, fitBlocks, fittedBlocks, type FittedBlocks } from '../simd/fit.ts';
import { decodeStored, storedBytes, type StoredType } from '../stored.ts';

/**
 * Rows in the layout of ONNX Runtime's MatMulNBits, block size 32.
 * 4 bits: byte b of a block holds element 2b low and 2b + 1 high; value = code · scale + minimum.
 * 8 bits: value = (code − 128) · scale; `minimums` stays empty.
 */
export interface NBitsRows {
  codes: Uint8Array;
  /** One per block, row-major. */
  scales: Float32Array;
  minimums: Float32Array;
}

export type NBits = 4 | 8;

/** Converts stored rows to MatMulNBits form, and says how many chunks may be in flight. */
export interface Quantiser {
  quantise(type: StoredType, stored: Uint8Array, count: number, bits: NBits): NBitsRows | Promise<NBitsRows>;
  ahead: number;
}

/** Whether a stored type's blocks fit MatMulNBits unchanged, so that nothing is rounded twice. */
export function isExact(type: StoredType, bits: NBits): boolean {
  return bits === 4 ? type === 'Q4_1' || type === 'Q4_0' : type === 'Q8_0';
}

/**
 * Converts stored rows to MatMulNBits form: exactly if the block formats agree, by an error-minimising fit otherwise.
 */
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
    for (let at = 0; at < count; at += SLICE) fitSlice(type, stored, at, Math.min(SLICE, count - at), bits, rows);
  }
  return rows;
}

/**
 * Number of values decoded and fitted at once, in reused memory: allocating for every slice takes longer than decoding
 * it.
 */
const SLICE = CAPACITY * BLOCK;
let scratch: { values: Float32Array<ArrayBuffer>; fitted: FittedBlocks } | undefined;

function fitSlice(
  type: StoredType,
  stored: Uint8Array,
  at: number,
  count: number,
  bits: NBits,
  { codes, scales, minimums }: NBitsRows,
): void {
  scratch ??= { values: new Float32Array(SLICE), fitted: fittedBlocks(CAPACITY) };
  const values = decodeStored(
    type,
    stored.subarray(storedBytes(type, at), storedBytes(type, at + count)),
    count,
    scratch.values,
  );
  const fitted = fitBlocks(bits === 4 ? 'q4' : 'q8', values, scratch.fitted);
  const [block, blocks] = [at / BLOCK, count / BLOCK];
  if (bits === 4) packNibbles(fitted.codes, codes.subarray(at / 2, (at + count) / 2));
  else shiftSigned(fitted.codes.subarray(0, count), codes.subarray(at, at + count));
  scales.set(fitted.scales.subarray(0, blocks), block);
  if (bits === 4) minimums.set(fitted.minimums.subarray(0, blocks), block);
}

/** From −127…127 as two's complement to 1…255, four at a time. */
function shiftSigned(codes: Uint8Array, into: Uint8Array): void {
  const [from, to] = [codes, into].map(
    ({ buffer, byteOffset, byteLength }) => new Int32Array(buffer, byteOffset, byteLength / 4),
  ) as [Int32Array, Int32Array];
  for (let i = 0; i < from.length; i++) to[i] = (from[i] as number) ^ 0x80808080;
}

/** Two codes of 4 bits per byte, the first one low. */
function packNibbles(codes: Uint8Array, into: Uint8Array): void {
  const pairs = new Uint16Array(codes.buffer, codes.byteOffset, into.length);
  for (let i = 0; i < into.length; i++) into[i] = (pairs[i] as number) | ((pairs[i] as number) >> 4);
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
