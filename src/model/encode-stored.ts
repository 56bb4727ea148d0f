import { toBfloat16, toHalf } from './float.ts';
import { BLOCK, quantiseQ4, quantiseQ4Symmetric, quantiseQ8 } from './quantise.ts';
import { STORED, storedBytes, type StoredType } from './stored.ts';

/** Types that weights can be brought into. */
export const ENCODABLE_TYPES = ['F32', 'F16', 'BF16', 'Q8_0', 'Q4_0', 'Q4_1'] as const satisfies readonly StoredType[];
export type EncodableType = (typeof ENCODABLE_TYPES)[number];

/** Encodes values, a whole number of blocks of them, quantising by an error-minimising fit where the type asks for it. */
export function encodeStored(type: EncodableType, values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(storedBytes(type, values.length));
  const view = new DataView(bytes.buffer);
  const { values: per, bytes: size } = STORED[type];
  for (let from = 0, at = 0; from < values.length; from += per, at += size) ENCODERS[type](values, from, view, at);
  return bytes;
}

const codes = new Uint8Array(BLOCK);
const signedCodes = new Int8Array(BLOCK);

const ENCODERS: Record<EncodableType, (values: Float32Array, from: number, view: DataView, at: number) => void> = {
  F32: (values, from, view, at) => view.setFloat32(at, values[from] ?? 0, true),
  F16: (values, from, view, at) => view.setUint16(at, toHalf(values[from] ?? 0), true),
  BF16: (values, from, view, at) => view.setUint16(at, toBfloat16(values[from] ?? 0), true),
  Q8_0(values, from, view, at) {
    view.setUint16(at, toHalf(quantiseQ8(values, from, signedCodes)), true);
    signedCodes.forEach((code, i) => view.setInt8(at + 2 + i, code));
  },
  Q4_0(values, from, view, at) {
    view.setUint16(at, toHalf(quantiseQ4Symmetric(values, from, codes)), true);
    putNibbles(view, at + 2);
  },
  Q4_1(values, from, view, at) {
    const fit = quantiseQ4(values, from, codes);
    view.setUint16(at, toHalf(fit.scale), true);
    view.setUint16(at + 2, toHalf(fit.minimum), true);
    putNibbles(view, at + 4);
  },
};

function putNibbles(view: DataView, at: number): void {
  for (let i = 0; i < BLOCK / 2; i++) view.setUint8(at + i, (codes[i] ?? 0) | ((codes[i + BLOCK / 2] ?? 0) << 4));
}
