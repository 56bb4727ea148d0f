import { attr, MICROSOFT, type GraphBuilder } from '../onnx/index.ts';
import { BLOCK } from '../quantise.ts';
import type { DecoderWeights, QuantisedMatrix } from './weights.ts';

/**
 * The product that gets a gate which is always open, so that ONNX Runtime computes it together with its norm: it has
 * such a kernel for the feed-forward network only (MatMulNBitsMlp).
 */
export const OPEN_GATE = 'self_attn.qkv_proj';

/**
 * What the gate lets through, SiLU of itself. It is a power of two, by which the scales of the product are divided
 * without an error, and so large that 1 + exp(−x) is exactly 1 in this type.
 */
export const gateLevel = (io: 'float32' | 'float16'): number => (io === 'float32' ? 32 : 16);

/** Attributes of MatMulNBits. */
export const productAttributes = ({ rows, columns }: Pick<QuantisedMatrix, 'rows' | 'columns'>, bits: number) => ({
  K: attr.int(columns),
  N: attr.int(rows),
  bits: attr.int(bits),
  block_size: attr.int(BLOCK),
});

/**
 * Adds a product of 4 bits that is `gateLevel` for every input: the codes of `matrix` with scales of zero, which all
 * layers share, and a bias.
 */
export async function openGate(
  graph: GraphBuilder,
  weights: DecoderWeights,
  io: 'float32' | 'float16',
  input: string,
  matrix: QuantisedMatrix,
): Promise<string> {
  const { rows, columns, codes } = matrix;
  const [scales, bias] = ['open_gate.scales', 'open_gate.bias'];
  if (!graph.graph.initializers.some(({ name }) => name === bias)) {
    await weights.put(scales, [rows, columns / BLOCK], new Float32Array((rows * columns) / BLOCK));
    await weights.put(bias, [rows], new Float32Array(rows).fill(gateLevel(io)));
  }
  return graph.node('MatMulNBits', [input, codes, scales, '', '', bias], productAttributes(matrix, 4), {
    domain: MICROSOFT,
  });
}
