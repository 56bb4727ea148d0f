import { type ModelConfig, ropeFrequencies } from '../config.ts';
import { attr, MICROSOFT, type GraphBuilder } from '../onnx/index.ts';
import { BLOCK } from '../quantise.ts';
import type { DecoderWeights, QuantisedMatrix } from './weights.ts';

/** The end of an open-ended slice. */
const TO_END = 2 ** 31 - 1;

/** What GroupQueryAttention needs to know of positions, by names of values. */
export interface Positions {
  /** int32 [batch]: tokens after the first one, with those that are cached. */
  lengths: string;
  /** int32 scalar: tokens with those that are cached. */
  total: string;
  cos: string;
  sin: string;
}

/** The inputs that may replace the mask: int32 [batch], tokens after the first one; int32 scalar, all tokens. */
export const LENGTH_INPUTS = ['seqlens_k', 'total_sequence_length'] as const;

/** Adds the lengths, `given` as inputs or computed from `attention_mask`; and the rotary tables. */
export async function addPositions(
  graph: GraphBuilder,
  weights: DecoderWeights,
  config: ModelConfig,
  contextLength: number,
  given: boolean,
): Promise<Positions> {
  const frequencies = ropeFrequencies(config);
  const half = frequencies.length;
  const table = (of: (angle: number) => number): Float32Array =>
    Float32Array.from({ length: contextLength * half }, (_, i) =>
      of(Math.floor(i / half) * (frequencies[i % half] ?? 0)),
    );
  const [ofSequence, ofAll] = LENGTH_INPUTS;
  const lengths = given
    ? { lengths: graph.input(ofSequence, 'int32', ['batch_size']), total: graph.input(ofAll, 'int32', []) }
    : addLengths(graph);
  const cos = await weights.put('rope.cos', [contextLength, half], table(Math.cos));
  const sin = await weights.put('rope.sin', [contextLength, half], table(Math.sin));
  return { ...lengths, cos, sin };
}

function addLengths(graph: GraphBuilder): Pick<Positions, 'lengths' | 'total'> {
  graph.ints('one', [1]);
  const int32 = { to: attr.int(6) };
  const valid = graph.node('ReduceSum', ['attention_mask', 'axis.1'], { keepdims: attr.int(0) });
  const lengths = graph.node('Cast', [graph.node('Sub', [valid, 'one'])], int32);
  graph.ints('index.1', 1);
  const shape = graph.node('Shape', ['attention_mask']);
  const total = graph.node('Cast', [graph.node('Gather', [shape, 'index.1'], { axis: attr.int(0) })], int32);
  return { lengths, total };
}

/** An embedding on WebGPU: rows of 8 bits, and their scales as [rows, blocks, 1]. */
interface GpuEmbedding {
  codes: string;
  scales: string;
  columns: number;
}

/** An embedding in the form that a lookup on WebGPU reads: its scales need another shape than in a product. */
export function storedEmbedding(graph: GraphBuilder, { codes, scales, columns }: QuantisedMatrix): GpuEmbedding {
  const stored = graph.graph.initializers.find(({ name }) => name === scales);
  stored?.dims.push(1);
  return { codes, scales, columns };
}

/** An embedding that the graph is given, because the product with the vocabulary has it. */
export function givenEmbedding(
  graph: GraphBuilder,
  table: string,
  io: 'float32' | 'float16',
  { vocabSize, hiddenSize }: ModelConfig,
): GpuEmbedding {
  const blocks = hiddenSize / BLOCK;
  return {
    codes: graph.input(`${table}.codes`, 'uint8', [vocabSize, blocks, BLOCK]),
    scales: graph.input(`${table}.scales`, io, [vocabSize, blocks, 1]),
    columns: hiddenSize,
  };
}

/** The rows of an embedding that `input_ids` names, in one step, each as often as `times` in one row. */
export function lookUpOnGpu(graph: GraphBuilder, { codes, scales, columns }: GpuEmbedding, times: 1 | 2): string {
  graph.ints('embedding.shape', [0, 0, times * columns]);
  const rows = graph.node(
    'GatherBlockQuantized',
    [codes, 'input_ids', scales],
    { gather_axis: attr.int(0), quantize_axis: attr.int(2), block_size: attr.int(BLOCK), bits: attr.int(8) },
    { domain: MICROSOFT },
  );
  return graph.node('Reshape', [rows, 'embedding.shape']);
}

/** The last `num_logits_to_keep` positions: a slice from −n, which for n = 0 starts at the beginning. */
export function keepLast(graph: GraphBuilder, hidden: string): string {
  graph.ints('slice.end', [TO_END]);
  graph.ints('slice.shape', [1]);
  const start = graph.node('Reshape', [graph.node('Neg', ['num_logits_to_keep']), 'slice.shape']);
  return graph.node('Slice', [hidden, start, 'slice.end', 'axis.1']);
}
