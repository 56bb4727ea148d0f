import { add, attend, concat, matmul, mul, reshape, rotary, slice, times, transpose, type Graph, type Value } from './ir/index.ts';

/**
 * Into how many blocks of queries a sequence is cut. A block scores only the keys up to its own end, which halves what
 * a causal mask would throw away: with 4 blocks 62 % of the square is computed. More blocks compute less of it in pieces
 * too small to be fast.
 */
export const ATTENTION_BLOCKS = 4;

/** Into how many parts the queries of a block are cut, so that two threads have the same number of products whatever the number of heads. */
const PARTS = 2;

/** Names of the sizes: a part of a block, a block of tokens, and all tokens of a pass. */
const PART_DIM = 'P';
const BLOCK_DIM = times(PARTS, PART_DIM);
export const TOKEN_DIM = times(ATTENTION_BLOCKS, BLOCK_DIM);

/** The number of rows a pass of `tokens` is padded to. */
export function paddedTokens(tokens: number): number {
  const step = ATTENTION_BLOCKS * PARTS;
  return Math.ceil(tokens / step) * step;
}

/** Name of the mask of a block, see `biasDims`: 0 where a token sees another, very negative elsewhere. */
export function biasName(window: number | null, block: number): string {
  return window === null ? `bias.${block}` : `bias.${window}.${block}`;
}

/** Shape of the mask of a block: its tokens in parts, and the tokens up to its end. */
export function biasDims(tokens: number, block: number): [1, number, number, number] {
  const part = tokens / ATTENTION_BLOCKS / PARTS;
  return [1, PARTS, part, (block + 1) * PARTS * part];
}

export interface AttentionShape {
  heads: number;
  kvHeads: number;
  headDim: number;
}

/** What every layer's attention shares. */
export interface AttentionTables {
  /** Angle tables [T, headDim]. */
  cos: Value;
  sin: Value;
  /** The masks of its window, from `attentionBiases`. */
  biases: readonly Value[];
}

/**
 * The masks of one attention window as inputs of the graph, repeated for every head: adding equal shapes takes a sixth
 * of the time of a broadcast in onnxruntime.
 */
export function attentionBiases(graph: Graph, window: number | null, { heads, kvHeads }: AttentionShape): Value[] {
  return Array.from({ length: ATTENTION_BLOCKS }, (_, block) => {
    const bias = graph.input(biasName(window, block), 'float32', [1, PARTS, PART_DIM, times(block + 1, BLOCK_DIM)]);
    return repeat(repeat(bias, heads / kvHeads, 2), kvHeads, 0);
  });
}

/**
 * softmax(q · kᵀ / √headDim + bias) · v after rotating q and k, for query heads in groups that share a key and value head.
 * @param q [T, heads · headDim]. @param k, v [T, kvHeads · headDim]. @returns [T, heads · headDim].
 */
export function causalAttention(q: Value, k: Value, v: Value, { cos, sin, biases }: AttentionTables, { heads, kvHeads, headDim }: AttentionShape): Value {
  const group = heads / kvHeads;
  // Queries lie as [block, key head, part, head of the group, token, headDim]: a block is one piece of memory.
  const angles = (table: Value): Value => reshape(table, [ATTENTION_BLOCKS, 1, PARTS, 1, PART_DIM, headDim]);
  const cut = transpose(reshape(q, [ATTENTION_BLOCKS, PARTS, PART_DIM, kvHeads, group, headDim]), [0, 3, 1, 4, 2, 5]);
  const queries = mul(rotary(cut, angles(cos), angles(sin)), q.graph.constant(1 / Math.sqrt(headDim)));
  const perHead = (x: Value): Value => transpose(reshape(x, [TOKEN_DIM, kvHeads, headDim]), [1, 0, 2]);
  const inBlocks = (x: Value): Value => reshape(x, [kvHeads, ATTENTION_BLOCKS, times(headDim, BLOCK_DIM)]);
  const [keys, values] = [inBlocks(rotary(perHead(k), cos, sin)), inBlocks(perHead(v))];
  const mixed = biases.map((bias, block) => {
    const seen = (x: Value): Value => reshape(slice(x, 1, 0, block + 1), [kvHeads, 1, times(block + 1, BLOCK_DIM), headDim]);
    const own = reshape(slice(queries, 0, block, block + 1), [kvHeads, PARTS, times(group, PART_DIM), headDim]);
    const scores = add(matmul(own, transpose(seen(keys), [0, 1, 3, 2])), bias);
    return reshape(attend(scores, seen(values)), [1, kvHeads, PARTS, group, PART_DIM, headDim]);
  });
  const joined = transpose(concat(mixed as [Value, ...Value[]], 0), [0, 2, 4, 1, 3, 5]);
  return reshape(joined, [TOKEN_DIM, heads * headDim]);
}

function repeat(x: Value, count: number, axis: number): Value {
  return count === 1 ? x : concat([x, ...new Array<Value>(count - 1).fill(x)], axis);
}
