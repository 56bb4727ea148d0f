import { type GgufScalar, type GgufScalarType, VALUE_CODES } from './types.ts';

/** The type of a metadata value, by its code in the file. */
export const SCALAR_BY_CODE = new Map<number, keyof typeof VALUE_CODES>(
  Object.entries(VALUE_CODES).map(([name, code]) => [code, name as keyof typeof VALUE_CODES]),
);

/** Bytes of a value in the file; for a string its length field. */
export const SCALAR_BYTES: Record<GgufScalarType, number> = {
  u8: 1,
  i8: 1,
  u16: 2,
  i16: 2,
  u32: 4,
  i32: 4,
  f32: 4,
  bool: 1,
  string: 8,
  u64: 8,
  i64: 8,
  f64: 8,
};

type NumberType = Exclude<GgufScalarType, 'string'>;

/** How each type of number is read. */
export const SCALAR_READERS: Record<NumberType, (view: DataView, at: number) => number | bigint | boolean> = {
  u8: (view, at) => view.getUint8(at),
  i8: (view, at) => view.getInt8(at),
  u16: (view, at) => view.getUint16(at, true),
  i16: (view, at) => view.getInt16(at, true),
  u32: (view, at) => view.getUint32(at, true),
  i32: (view, at) => view.getInt32(at, true),
  f32: (view, at) => view.getFloat32(at, true),
  bool: (view, at) => view.getUint8(at) !== 0,
  u64: (view, at) => view.getBigUint64(at, true),
  i64: (view, at) => view.getBigInt64(at, true),
  f64: (view, at) => view.getFloat64(at, true),
};

/** How each type of number is written. */
export const SCALAR_WRITERS: Record<NumberType, (view: DataView, at: number, value: GgufScalar) => void> = {
  u8: (view, at, value) => view.setUint8(at, Number(value)),
  i8: (view, at, value) => view.setInt8(at, Number(value)),
  u16: (view, at, value) => view.setUint16(at, Number(value), true),
  i16: (view, at, value) => view.setInt16(at, Number(value), true),
  u32: (view, at, value) => view.setUint32(at, Number(value), true),
  i32: (view, at, value) => view.setInt32(at, Number(value), true),
  f32: (view, at, value) => view.setFloat32(at, Number(value), true),
  bool: (view, at, value) => view.setUint8(at, value ? 1 : 0),
  u64: (view, at, value) => view.setBigUint64(at, BigInt(value), true),
  i64: (view, at, value) => view.setBigInt64(at, BigInt(value), true),
  f64: (view, at, value) => view.setFloat64(at, Number(value), true),
};
