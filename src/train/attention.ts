import { add, concat, matmul, reshape, slice, softmax, times, transpose, type Graph, type Value } from './ir/index.ts';

/**
 * Into how many blocks of queries a sequence is cut. A block scores only the keys up to its own end, which halves what
 * a causal mask would throw away: with 8 blocks 56 % of the square is computed, in pieces that fit the cache.
 */
export const ATTENTION_BLOCKS = 8;

/** Names of the sizes: a block of tokens, and all tokens of a pass. */
export const BLOCK_DIM = 'B';
export const TOKEN_DIM = times(ATTENTION_BLOCKS, BLOCK_DIM);

/** The number of rows a pass of `tokens` is padded to. */
export function paddedTokens(tokens: number): number {
  return Math.ceil(tokens / ATTENTION_BLOCKS) * ATTENTION_BLOCKS;
}

/**
 * Name of the mask of a block: float32 [1, B, (block + 1)·B], 0 where a token (row) sees another (column), very negative
 * elsewhere.
 */
export function biasName(window: number | null, block: number): string {
  return window === null ? `bias.${block}` : `bias.${window}.${block}`;
}

export interface AttentionShape {
  heads: number;
  kvHeads: number;
  headDim: number;
}

/**
 * The masks of one attention window as inputs of the graph, repeated for every head: adding equal shapes takes a sixth
 * of the time of a broadcast in onnxruntime.
 */
export function attentionBiases(graph: Graph, window: number | null, { heads, kvHeads }: AttentionShape): Value[] {
  return Array.from({ length: ATTENTION_BLOCKS }, (_, block) => {
    const bias = graph.input(biasName(window, block), 'float32', [1, BLOCK_DIM, times(block + 1, BLOCK_DIM)]);
    return repeat(repeat(bias, heads / kvHeads, 1), kvHeads, 0);
  });
}

/**
 * softmax(q · kᵀ + bias) · v for query heads in groups that share a key and value head.
 * @param q [heads, T, headDim], scaled. @param k, v [kvHeads, T, headDim]. @returns [heads, T, headDim].
 */
export function causalAttention(q: Value, k: Value, v: Value, biases: readonly Value[], { heads, kvHeads, headDim }: AttentionShape): Value {
  const cut = (x: Value, count: number): Value => reshape(x, [count, ATTENTION_BLOCKS, times(headDim, BLOCK_DIM)]);
  const [queries, keys, values] = [cut(q, heads), cut(k, kvHeads), cut(v, kvHeads)];
  const rows = times(heads / kvHeads, BLOCK_DIM);
  const mixed = biases.map((bias, block) => {
    const seen = (x: Value): Value => reshape(slice(x, 1, 0, block + 1), [kvHeads, times(block + 1, BLOCK_DIM), headDim]);
    const own = reshape(slice(queries, 1, block, block + 1), [kvHeads, rows, headDim]);
    const weights = softmax(add(matmul(own, transpose(seen(keys), [0, 2, 1])), bias));
    return reshape(matmul(weights, seen(values)), [heads, 1, times(headDim, BLOCK_DIM)]);
  });
  return reshape(concat(mixed as [Value, ...Value[]], 1), [heads, TOKEN_DIM, headDim]);
}

function repeat(x: Value, count: number, axis: number): Value {
  return count === 1 ? x : concat([x, ...new Array<Value>(count - 1).fill(x)], axis);
}
