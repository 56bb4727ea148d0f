import type { InferenceSession, InferenceSessionFactory, TensorConstructor } from 'onnxruntime-common';

/** ONNX Runtime as onnxruntime-node and every build of onnxruntime-web offer it. */
export interface OrtModule {
  InferenceSession: InferenceSessionFactory;
  Tensor: TensorConstructor;
}

/** What running a graph needs of its session. */
export type OrtSession = Pick<InferenceSession, 'inputNames' | 'outputNames' | 'inputMetadata' | 'run' | 'release'>;
