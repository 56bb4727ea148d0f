/**
 * The parts of ONNX Runtime that decoding uses, the same in onnxruntime-node and onnxruntime-web: declared here so
 * that the decoder names neither package.
 */
export interface OrtTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly location: string;
  readonly data: unknown;
  getData(): Promise<unknown>;
  dispose(): void;
}

export interface TensorMetadata {
  readonly name: string;
  readonly isTensor: boolean;
  readonly type?: string;
  /** Integers where the graph fixes them, else the dimension's name. */
  readonly shape?: readonly (number | string)[];
}

export interface OrtSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly inputMetadata: readonly TensorMetadata[];
  run(feeds: Record<string, OrtTensor>): Promise<Record<string, OrtTensor>>;
  release(): Promise<void>;
}

export interface OrtRuntime {
  /** A tensor in main memory. */
  tensor(
    type: 'int64' | 'float32' | 'float16',
    data: BigInt64Array | Float32Array | Uint16Array,
    dims: number[],
  ): OrtTensor;
  /**
   * The first `length` positions of a key or value cache [1, heads, positions, head size], as a new tensor where the
   * old one lives.
   */
  slicePositions(cache: OrtTensor, length: number): Promise<OrtTensor>;
}
