import { fromBfloat16, fromHalf } from './float.ts';

/** Storage types of weights, under their GGUF names. */
export const STORED_TYPES = ['F32', 'F16', 'BF16', 'Q4_0', 'Q4_1', 'Q5_0', 'Q5_1', 'Q8_0'] as const;
export type StoredType = (typeof STORED_TYPES)[number];

interface StoredFormat {
  /** Values in a block; rows are a whole number of blocks. */
  values: number;
  /** Bytes of a block. */
  bytes: number;
  /** Decodes one block that starts at byte `at` into `out` from index `to`. */
  decode(view: DataView, at: number, out: Float32Array, to: number): void;
}

const half = (view: DataView, at: number): number => fromHalf(view.getUint16(at, true));

/**
 * Block layouts (ggml `ggml-common.h`): a half-precision scale d, for the _1 types also a minimum m, for the 5-bit
 * types a word of fifth bits, then codes. Byte i of 4-bit codes holds element i in its low half and element i + 16 in
 * its high half.
 */
export const STORED: Record<StoredType, StoredFormat> = {
  F32: { values: 1, bytes: 4, decode: (view, at, out, to) => void (out[to] = view.getFloat32(at, true)) },
  F16: { values: 1, bytes: 2, decode: (view, at, out, to) => void (out[to] = half(view, at)) },
  BF16: { values: 1, bytes: 2, decode: (view, at, out, to) => void (out[to] = fromBfloat16(view.getUint16(at, true))) },
  Q4_0: {
    values: 32,
    bytes: 18,
    decode(view, at, out, to) {
      const d = half(view, at);
      for (let i = 0; i < 16; i++) {
        const byte = view.getUint8(at + 2 + i);
        out[to + i] = ((byte & 15) - 8) * d;
        out[to + i + 16] = ((byte >> 4) - 8) * d;
      }
    },
  },
  Q4_1: {
    values: 32,
    bytes: 20,
    decode(view, at, out, to) {
      const d = half(view, at);
      const m = half(view, at + 2);
      for (let i = 0; i < 16; i++) {
        const byte = view.getUint8(at + 4 + i);
        out[to + i] = (byte & 15) * d + m;
        out[to + i + 16] = (byte >> 4) * d + m;
      }
    },
  },
  Q5_0: {
    values: 32,
    bytes: 22,
    decode(view, at, out, to) {
      const d = half(view, at);
      const fifth = view.getUint32(at + 2, true);
      for (let i = 0; i < 16; i++) {
        const byte = view.getUint8(at + 6 + i);
        out[to + i] = ((byte & 15) + (((fifth >>> i) & 1) << 4) - 16) * d;
        out[to + i + 16] = ((byte >> 4) + (((fifth >>> (i + 16)) & 1) << 4) - 16) * d;
      }
    },
  },
  Q5_1: {
    values: 32,
    bytes: 24,
    decode(view, at, out, to) {
      const d = half(view, at);
      const m = half(view, at + 2);
      const fifth = view.getUint32(at + 4, true);
      for (let i = 0; i < 16; i++) {
        const byte = view.getUint8(at + 8 + i);
        out[to + i] = ((byte & 15) + (((fifth >>> i) & 1) << 4)) * d + m;
        out[to + i + 16] = ((byte >> 4) + (((fifth >>> (i + 16)) & 1) << 4)) * d + m;
      }
    },
  },
  Q8_0: {
    values: 32,
    bytes: 34,
    decode(view, at, out, to) {
      const d = half(view, at);
      for (let i = 0; i < 32; i++) out[to + i] = view.getInt8(at + 2 + i) * d;
    },
  },
};

/** Bytes of `count` values, which must be a whole number of blocks. */
export function storedBytes(type: StoredType, count: number): number {
  return (count / STORED[type].values) * STORED[type].bytes;
}

/** Decodes `count` values, into `memory` if that is given and long enough. */
export function decodeStored(
  type: StoredType,
  bytes: Uint8Array,
  count: number,
  memory?: Float32Array<ArrayBuffer>,
): Float32Array<ArrayBuffer> {
  const out = memory?.subarray(0, count) ?? new Float32Array(count);
  const whole = PLAIN[type];
  if (whole) {
    whole(bytes, out);
    return out;
  }
  const format = STORED[type];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let to = 0, at = 0; to < count; to += format.values, at += format.bytes) format.decode(view, at, out, to);
  return out;
}

/** Decodes types without blocks all at once, several times as fast; assumes a little-endian machine. */
const PLAIN: Partial<Record<StoredType, (bytes: Uint8Array, out: Float32Array<ArrayBuffer>) => void>> = {
  F32: (bytes, out) =>
    new Uint8Array(out.buffer, out.byteOffset, out.byteLength).set(bytes.subarray(0, out.byteLength)),
  F16(bytes, out) {
    const words = words16(bytes, out.length);
    for (let i = 0; i < out.length; i++) out[i] = fromHalf(words[i] ?? 0);
  },
  BF16(bytes, out) {
    const words = words16(bytes, out.length);
    const bits = new Int32Array(out.buffer, out.byteOffset, out.length);
    for (let i = 0; i < words.length; i++) bits[i] = (words[i] as number) << 16;
  },
};

/** The bytes as 16-bit words; copied if they do not start at an even address. */
function words16(bytes: Uint8Array, count: number): Uint16Array {
  const even = bytes.byteOffset % 2 === 0 ? bytes : bytes.slice();
  return new Uint16Array(even.buffer, even.byteOffset, count);
}
