/** The domain of ONNX Runtime's own operators. */
export const MICROSOFT = 'com.microsoft';

/** Element types of ONNX tensors that this project writes or reads, with their codes in `TensorProto.DataType`. */
export const DATA_TYPE_CODES = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
  uint4: 21,
  int4: 22,
} as const;

export type OnnxDataType = keyof typeof DATA_TYPE_CODES;

/** A dimension: a fixed size, or the name of a symbolic one (`''` when unknown). */
export type OnnxDim = number | string;

/** The location of a tensor's bytes outside the model file. */
export interface OnnxExternalData {
  /** File name relative to the folder of the model file. */
  location: string;
  /** First byte. */
  offset: number;
  /** Number of bytes. */
  length: number;
}

/** A constant tensor; exactly one of `raw` (little-endian, row-major) and `external` is set. */
export interface OnnxTensor {
  name: string;
  type: OnnxDataType;
  dims: number[];
  raw?: Uint8Array;
  external?: OnnxExternalData;
}

export type OnnxAttribute =
  | { kind: 'int'; value: number }
  | { kind: 'float'; value: number }
  | { kind: 'string'; value: string }
  | { kind: 'tensor'; value: OnnxTensor }
  | { kind: 'ints'; value: number[] }
  | { kind: 'floats'; value: number[] }
  | { kind: 'strings'; value: string[] };

export interface OnnxNode {
  name: string;
  /** Operator, e.g. `MatMul`. */
  op: string;
  /** `''` is the standard operator set; `com.microsoft` holds ONNX Runtime's own. */
  domain: string;
  /** Names of values; `''` omits an optional input. */
  inputs: string[];
  outputs: string[];
  attributes: Record<string, OnnxAttribute>;
}

export interface OnnxValueInfo {
  name: string;
  type: OnnxDataType;
  /** Null if unknown; `[]` is a scalar. */
  dims: OnnxDim[] | null;
}

export interface OnnxGraph {
  name: string;
  nodes: OnnxNode[];
  initializers: OnnxTensor[];
  inputs: OnnxValueInfo[];
  outputs: OnnxValueInfo[];
}

export interface OnnxModel {
  irVersion: number;
  producerName: string;
  producerVersion: string;
  /** Version of each operator set, by domain. */
  opsets: Record<string, number>;
  metadata: Record<string, string>;
  graph: OnnxGraph;
}

/** Shorthand for attribute values: `{ axis: attr.int(-1) }`. */
export const attr = {
  int: (value: number): OnnxAttribute => ({ kind: 'int', value }),
  float: (value: number): OnnxAttribute => ({ kind: 'float', value }),
  string: (value: string): OnnxAttribute => ({ kind: 'string', value }),
  tensor: (value: OnnxTensor): OnnxAttribute => ({ kind: 'tensor', value }),
  ints: (value: number[]): OnnxAttribute => ({ kind: 'ints', value }),
  floats: (value: number[]): OnnxAttribute => ({ kind: 'floats', value }),
  strings: (value: string[]): OnnxAttribute => ({ kind: 'strings', value }),
};
