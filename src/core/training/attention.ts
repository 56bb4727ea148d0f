import {
  add,
  at,
  attend,
  concat,
  matmul,
  mul,
  reshape,
  rotary,
  slice,
  times,
  transpose,
  type Graph,
  type Value,
} from './ir/index.ts';

/**
 * Number of blocks of queries per sequence. A block scores only the keys up to its own end, which saves half of what a
 * causal mask would discard: with 4 blocks, 62 % of the square is computed. More blocks compute less, but in pieces too
 * small to be fast.
 */
export const ATTENTION_BLOCKS = 4;

/**
 * Number of parts per block of queries, so that two threads get the same number of products for any number of heads.
 */
const PARTS = 2;

/** Symbolic sizes: a part of a block, a block of tokens, and all tokens of a pass. */
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

/** Cosines and sines of the rotation angles of a token's pairs, each [T, headDim / 2]. */
export interface Angles {
  cos: Value;
  sin: Value;
}

/** Tables shared by the attention of all layers. */
export interface AttentionTables {
  keys: Angles;
  /** Those of the keys divided by √headDim, so that scores need no scaling. */
  queries: Angles;
  /** The masks of its window, from `attentionBiases`. */
  biases: readonly Value[];
}

/** Derives the angles of queries from those of keys. */
export function queryAngles({ cos, sin }: Angles, headDim: number): Angles {
  const scale = cos.graph.constant(1 / Math.sqrt(headDim));
  return { cos: mul(cos, scale), sin: mul(sin, scale) };
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
 * softmax(q · kᵀ / √headDim + bias) · v after rotating q and k, for query heads in groups that share a key and value
 * head.
 * @param q [T, heads · headDim]. @param k, v [T, kvHeads · headDim]. @returns [T, heads · headDim].
 */
export function causalAttention(
  q: Value,
  k: Value,
  v: Value,
  { keys: turn, queries: turnScaled, biases }: AttentionTables,
  { heads, kvHeads, headDim }: AttentionShape,
): Value {
  const group = heads / kvHeads;
  // Queries are laid out as [block, key head, part, head of the group, token, headDim]: a block is contiguous.
  const queries = transpose(
    reshape(rotary(q, turnScaled.cos, turnScaled.sin), [ATTENTION_BLOCKS, PARTS, PART_DIM, kvHeads, group, headDim]),
    [0, 3, 1, 4, 2, 5],
  );
  const inBlocks = (x: Value): Value =>
    reshape(transpose(reshape(x, [TOKEN_DIM, kvHeads, headDim]), [1, 0, 2]), [
      kvHeads,
      ATTENTION_BLOCKS,
      times(headDim, BLOCK_DIM),
    ]);
  const [keys, values] = [prefixes(inBlocks(rotary(k, turn.cos, turn.sin))), prefixes(inBlocks(v))];
  const mixed = biases.map((bias, block) => {
    const seen = (of: readonly Value[]): Value =>
      reshape(at(of, block), [kvHeads, 1, times(block + 1, BLOCK_DIM), headDim]);
    const own = reshape(slice(queries, 0, block, block + 1), [kvHeads, PARTS, times(group, PART_DIM), headDim]);
    const scores = add(matmul(own, transpose(seen(keys), [0, 1, 3, 2])), bias);
    return reshape(attend(scores, seen(values)), [1, kvHeads, PARTS, group, PART_DIM, headDim]);
  });
  const joined = transpose(concat(mixed as [Value, ...Value[]], 0), [0, 2, 4, 1, 3, 5]);
  return reshape(joined, [TOKEN_DIM, heads * headDim]);
}

/**
 * The first block of `x` [kvHeads, blocks, ...], the first two, and so on. Each is a slice of the next longer one, so
 * that gradients are padded by one block at a time.
 */
function prefixes(x: Value): Value[] {
  const cut = [x];
  for (let length = ATTENTION_BLOCKS - 1; length > 0; length--) cut.unshift(slice(at(cut, 0), 1, 0, length));
  return cut;
}

function repeat(x: Value, count: number, axis: number): Value {
  return count === 1 ? x : concat([x, ...new Array<Value>(count - 1).fill(x)], axis);
}
