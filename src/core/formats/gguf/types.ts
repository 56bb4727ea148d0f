import type { StoredType } from '../stored.ts';

/** Value types of GGUF metadata with their codes (ggml `docs/gguf.md`). */
export const VALUE_CODES = {
  u8: 0,
  i8: 1,
  u16: 2,
  i16: 3,
  u32: 4,
  i32: 5,
  f32: 6,
  bool: 7,
  string: 8,
  array: 9,
  u64: 10,
  i64: 11,
  f64: 12,
} as const;
export type GgufValueType = keyof typeof VALUE_CODES;
export type GgufScalarType = Exclude<GgufValueType, 'array'>;

export type GgufScalar = number | bigint | boolean | string;
/** A metadata value. 64-bit integers are numbers if that is exact. */
export type GgufValue =
  { type: GgufScalarType; value: GgufScalar } | { type: 'array'; of: GgufScalarType; value: GgufScalar[] };
export type GgufMetadata = Map<string, GgufValue>;

/** Kinds of tokens (llama.cpp `enum llama_token_type`). */
export const TOKEN_TYPE = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;

/** Tensor types that this project reads, with their codes in `enum ggml_type`. */
export const TENSOR_CODES: Record<StoredType, number> = {
  F32: 0,
  F16: 1,
  Q4_0: 2,
  Q4_1: 3,
  Q5_0: 6,
  Q5_1: 7,
  Q8_0: 8,
  BF16: 30,
};

/** Names of unsupported types, for messages. */
export const OTHER_TENSOR_TYPES: Record<number, string> = {
  4: 'Q4_2',
  5: 'Q4_3',
  9: 'Q8_1',
  10: 'Q2_K',
  11: 'Q3_K',
  12: 'Q4_K',
  13: 'Q5_K',
  14: 'Q6_K',
  15: 'Q8_K',
  16: 'IQ2_XXS',
  17: 'IQ2_XS',
  18: 'IQ3_XXS',
  19: 'IQ1_S',
  20: 'IQ4_NL',
  21: 'IQ3_S',
  22: 'IQ2_S',
  23: 'IQ4_XS',
  24: 'I8',
  25: 'I16',
  26: 'I32',
  27: 'I64',
  28: 'F64',
  29: 'IQ1_M',
  34: 'TQ1_0',
  35: 'TQ2_0',
  39: 'MXFP4',
};

/**
 * Values and bytes per block of unsupported types, by code (ggml `ggml-common.h`): enough to compute how long a file
 * is.
 */
export const OTHER_BLOCKS: Record<number, readonly [values: number, bytes: number]> = {
  9: [32, 36],
  10: [256, 84],
  11: [256, 110],
  12: [256, 144],
  13: [256, 176],
  14: [256, 210],
  15: [256, 292],
  16: [256, 66],
  17: [256, 74],
  18: [256, 98],
  19: [256, 50],
  20: [32, 18],
  21: [256, 110],
  22: [256, 82],
  23: [256, 136],
  24: [1, 1],
  25: [1, 2],
  26: [1, 4],
  27: [1, 8],
  28: [1, 8],
  29: [256, 56],
  34: [256, 54],
  35: [256, 66],
  39: [32, 17],
};

export interface GgufTensor {
  name: string;
  /** Row major, outermost first (the reverse of the order in the file). */
  shape: number[];
  type: StoredType;
  /** Bytes from the start of the file. */
  offset: number;
  bytes: number;
}

export interface GgufHeader {
  version: number;
  metadata: GgufMetadata;
  tensors: GgufTensor[];
}
