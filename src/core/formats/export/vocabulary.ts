import type { ModelConfig } from '../config.ts';
import { attr, MICROSOFT, type GraphBuilder } from '../onnx/index.ts';
import { productAttributes } from './open-gate.ts';
import type { DecoderWeights } from './weights.ts';

/** Names of what a decoder's graph for WebGPU leaves: the residual of its last layer, and what is added to it. */
export interface LastLayer {
  residual: string;
  branch: string;
}

/** The embedding, and the matrix that logits are computed with: the same one if the model ties them. */
export const vocabularyMatrices = ({ tied }: Pick<ModelConfig, 'tied'>): { embedding: string; output: string } => {
  const embedding = 'model.embed_tokens';
  return { embedding, output: tied ? embedding : 'lm_head' };
};

/**
 * Writes the graph that computes logits of what a decoder's graph for WebGPU leaves: the last norm and the product with
 * the vocabulary, with 8 bits. The page reads its weights and computes it with a shader of its own (GpuVocabulary); the
 * graph states what that has to compute, and runs anywhere.
 * @param times how often the hidden state holds every value (see GpuLayout).
 */
export async function buildVocabulary(
  graph: GraphBuilder,
  weights: DecoderWeights,
  config: ModelConfig,
  io: 'float32' | 'float16',
  { residual, branch }: LastLayer,
  times: 1 | 2,
): Promise<void> {
  const { hiddenSize, vocabSize, normEpsilon } = config;
  const norm = 'model.norm';
  const gamma = await weights.vector(norm, Array<string>(times).fill(`${norm}.weight`));
  const { output } = vocabularyMatrices(config);
  const matrix = await weights.quantised(output, [`${output}.weight`], 8);
  for (const name of [residual, branch]) graph.input(name, io, ['batch_size', 'sequence_length', times * hiddenSize]);
  const normed = graph.node(
    'SkipSimplifiedLayerNormalization',
    [residual, branch, gamma],
    { epsilon: attr.float(normEpsilon) },
    { domain: MICROSOFT },
  );
  graph.ints('first', [0]);
  graph.ints('end', [hiddenSize]);
  graph.ints('axis', [2]);
  const once = times === 1 ? normed : graph.node('Slice', [normed, 'first', 'end', 'axis']);
  graph.node('MatMulNBits', [once, matrix.codes, matrix.scales], productAttributes(matrix, 8), {
    domain: MICROSOFT,
    outputs: ['logits'],
  });
  graph.output('logits', io, ['batch_size', 'sequence_length', vocabSize]);
}
