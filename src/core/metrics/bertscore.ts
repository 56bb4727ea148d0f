import type { Prf } from './rouge.ts';

/** A text as the encoder sees it, special tokens included. */
export interface EncodedText {
  ids: ArrayLike<number>;
  /** Hidden states of one layer, row after row: ids.length x dimension. */
  embeddings: Float32Array;
}

/** Weight of a token id. */
export type TokenWeight = (id: number) => number;

/** Weights without idf: every token counts 1, the encoder's [CLS] and [SEP] count 0. */
export function uniformWeights(specialIds: readonly number[]): TokenWeight {
  const special = new Set(specialIds);
  return (id) => (special.has(id) ? 0 : 1);
}

/**
 * Inverse document frequency over the references, ln((N + 1) / (df + 1)); each reference is a list of ids, special
 * tokens included, which therefore get a weight of 0.
 */
export function idfWeights(references: readonly ArrayLike<number>[]): TokenWeight {
  const frequency = new Map<number, number>();
  for (const ids of references) {
    for (const id of new Set(Array.from(ids))) frequency.set(id, (frequency.get(id) ?? 0) + 1);
  }
  return (id) => Math.log((references.length + 1) / ((frequency.get(id) ?? 0) + 1));
}

/** The default batch size of bert_score, in pairs. */
export const BERTSCORE_BATCH = 64;

/**
 * BERTScore of pairs in their order: each token is matched with the most similar token (cosine) of the other text;
 * precision and recall are the weighted means. All three are 0 for a text without tokens of its own.
 *
 * Reference: Zhang et al. (2020), "BERTScore: evaluating text generation with BERT"; bert_score 0.3.13 `greedy_cos_idf`
 * without baseline rescaling. It pads a batch of pairs to its longest text, and padding has a similarity of 0 to every
 * token. A token whose similarities are all negative therefore scores 0, except against the longest text of the batch.
 */
export function bertScores(
  pairs: readonly { hyp: EncodedText; ref: EncodedText }[],
  weight: TokenWeight,
  batch = BERTSCORE_BATCH,
): Prf[] {
  return pairs.map(({ hyp, ref }, i) => {
    const start = i - (i % batch);
    const together = pairs.slice(start, start + batch);
    const padded = (side: 'hyp' | 'ref', text: EncodedText) =>
      together.some((pair) => pair[side].ids.length > text.ids.length);
    return bertScore(hyp, ref, weight, { hyp: padded('hyp', hyp), ref: padded('ref', ref) });
  });
}

function bertScore(
  hyp: EncodedText,
  ref: EncodedText,
  weight: TokenWeight,
  padded: { hyp: boolean; ref: boolean },
): Prf {
  if (hyp.ids.length <= SPECIAL_TOKENS || ref.ids.length <= SPECIAL_TOKENS) return [0, 0, 0];
  const hypRows = unitRows(hyp);
  const refRows = unitRows(ref);
  const hypBest = new Float64Array(hyp.ids.length).fill(padded.ref ? 0 : -Infinity);
  const refBest = new Float64Array(ref.ids.length).fill(padded.hyp ? 0 : -Infinity);
  hypRows.forEach((row, i) =>
    refRows.forEach((other, j) => {
      const similarity = dot(row, other);
      hypBest[i] = Math.max(hypBest[i] ?? 0, similarity);
      refBest[j] = Math.max(refBest[j] ?? 0, similarity);
    }),
  );
  const precision = weightedMean(hypBest, hyp.ids, weight);
  const recall = weightedMean(refBest, ref.ids, weight);
  const f = (2 * precision * recall) / (precision + recall);
  return [precision, recall, Number.isNaN(f) ? 0 : f];
}

/** The encoder's [CLS] and [SEP]. */
const SPECIAL_TOKENS = 2;

function unitRows({ ids, embeddings }: EncodedText): Float32Array[] {
  const dimension = embeddings.length / ids.length;
  return Array.from({ length: ids.length }, (_, i) => {
    const row = embeddings.subarray(i * dimension, (i + 1) * dimension);
    const norm = Math.sqrt(dot(row, row));
    return row.map((value) => value / norm);
  });
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += (a[k] as number) * (b[k] as number);
  return sum;
}

function weightedMean(values: Float64Array, ids: ArrayLike<number>, weight: TokenWeight): number {
  let sum = 0;
  let total = 0;
  values.forEach((value, i) => {
    const w = weight(ids[i] as number);
    sum += w * value;
    total += w;
  });
  return sum / total;
}
