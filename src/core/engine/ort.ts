import type { InferenceSession, InferenceSessionFactory, TensorConstructor } from 'onnxruntime-common';

/** The common interface of onnxruntime-node and every build of onnxruntime-web. */
export interface OrtModule {
  InferenceSession: InferenceSessionFactory;
  Tensor: TensorConstructor;
}

/** The members of a session needed to run a graph. */
export type OrtSession = Pick<
  InferenceSession,
  'inputNames' | 'outputNames' | 'inputMetadata' | 'outputMetadata' | 'run' | 'release'
>;
