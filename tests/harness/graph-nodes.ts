import type { OnnxModel, OnnxNode } from '../../src/core/formats/onnx/index.ts';

/** Nodes of two gated products that ONNX Runtime replaces by one MatMulNBitsMlp on WebGPU. */
const FUSED = 6;

/**
 * The nodes that ONNX Runtime runs on WebGPU: it fuses a norm, two quantised products of its result and their gate
 * (`MatMulNBitsMlpFusion`), unless a product has offsets, which are nodes of their own.
 */
export function nodesThatRun({ graph: { nodes } }: OnnxModel): number {
  const producers = new Map(nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const from = (node: OnnxNode | undefined, input: number) => producers.get(node?.inputs[input] ?? '');
  const isFused = (product: OnnxNode): boolean => {
    const [gated, raised] = [from(product, 0), from(product, 1)];
    const [gate, sigmoid] = [from(gated, 0), from(gated, 1)];
    const norm = from(gate, 0);
    return (
      product.op === 'Mul' &&
      sigmoid?.op === 'Sigmoid' &&
      from(sigmoid, 0) === gate &&
      gate?.op === 'MatMulNBits' &&
      raised?.op === 'MatMulNBits' &&
      from(raised, 0) === norm &&
      nodes.filter(({ inputs }) => inputs.includes(norm?.outputs[0] ?? '')).length === 2
    );
  };
  return nodes.length - nodes.filter(isFused).length * (FUSED - 1);
}
