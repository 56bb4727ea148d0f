import { decodeModel, encodeModel, type OnnxValueInfo } from '../../core/formats/onnx/index.ts';

const MASK = 'attention_mask';

/** The inputs that replace the mask: int32 [1], tokens after the first one, and an int32 scalar, all tokens. */
export const LENGTH_INPUTS = ['seqlens_k', 'total_sequence_length'] as const;

/** Which input of GroupQueryAttention is the first of them. */
const FIRST = 5;

/**
 * A decoder's graph that takes the lengths of the sequence as 32-bit numbers instead of computing them from a mask.
 * `Cast` is one function of half a megabyte in ONNX Runtime's Wasm. A browser optimises it after a few tokens, which
 * keeps a core busy for more than a second while the first reply is written.
 * @param graph a decoder as `DecoderBuilder` writes it for the processor.
 */
export function withLengthInputs(graph: Uint8Array): Uint8Array {
  const model = decodeModel(graph);
  const { nodes, inputs } = model.graph;
  for (const { op, inputs: read } of nodes)
    if (op === 'GroupQueryAttention') read.splice(FIRST, LENGTH_INPUTS.length, ...LENGTH_INPUTS);
  const fromMask = new Set([MASK]);
  model.graph.nodes = nodes.filter((node) => {
    if (!node.inputs.some((name) => fromMask.has(name))) return true;
    for (const name of node.outputs) fromMask.add(name);
    return false;
  });
  const lengths = LENGTH_INPUTS.map((name, i): OnnxValueInfo => ({ name, type: 'int32', dims: i === 0 ? [1] : [] }));
  model.graph.inputs = [...inputs.filter(({ name }) => name !== MASK), ...lengths];
  return encodeModel(model);
}
