import { toBfloat16, toHalf } from './float.ts';
import { BLOCK, quantiseQ4Symmetric } from './quantise.ts';
import { fitBlocks } from './simd/fit.ts';
import { STORED, storedBytes, type StoredType } from './stored.ts';

/** Types that weights can be encoded as. */
export const ENCODABLE_TYPES = ['F32', 'F16', 'BF16', 'Q8_0', 'Q4_0', 'Q4_1'] as const satisfies readonly StoredType[];
export type EncodableType = (typeof ENCODABLE_TYPES)[number];

/** Encodes a whole number of blocks of values; quantised types use an error-minimising fit. */
export function encodeStored(type: EncodableType, values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(storedBytes(type, values.length));
  ENCODERS[type](values, new DataView(bytes.buffer), bytes);
  return bytes;
}

const ENCODERS: Record<EncodableType, (values: Float32Array, view: DataView, bytes: Uint8Array) => void> = {
  F32: (values, view) => values.forEach((value, i) => view.setFloat32(4 * i, value, true)),
  F16: (values, view) => values.forEach((value, i) => view.setUint16(2 * i, toHalf(value), true)),
  BF16: (values, view) => values.forEach((value, i) => view.setUint16(2 * i, toBfloat16(value), true)),
  Q8_0(values, view, bytes) {
    const { codes, scales } = fitBlocks('q8', values);
    scales.forEach((scale, block) => {
      const at = block * STORED.Q8_0.bytes;
      view.setUint16(at, toHalf(scale), true);
      bytes.set(codes.subarray(block * BLOCK, (block + 1) * BLOCK), at + 2);
    });
  },
  Q4_0(values, view, bytes) {
    const codes = new Uint8Array(BLOCK);
    for (let from = 0, at = 0; from < values.length; from += BLOCK, at += STORED.Q4_0.bytes) {
      view.setUint16(at, toHalf(quantiseQ4Symmetric(values, from, codes)), true);
      putNibbles(codes, bytes, at + 2);
    }
  },
  Q4_1(values, view, bytes) {
    const { codes, scales, minimums } = fitBlocks('q4', values);
    scales.forEach((scale, block) => {
      const at = block * STORED.Q4_1.bytes;
      view.setUint16(at, toHalf(scale), true);
      view.setUint16(at + 2, toHalf(minimums[block] ?? 0), true);
      putNibbles(codes.subarray(block * BLOCK, (block + 1) * BLOCK), bytes, at + 4);
    });
  },
};

/** Element i and element i + 16 share a byte. */
function putNibbles(codes: Uint8Array, bytes: Uint8Array, at: number): void {
  for (let i = 0; i < BLOCK / 2; i++) bytes[at + i] = (codes[i] ?? 0) | ((codes[i + BLOCK / 2] ?? 0) << 4);
}
