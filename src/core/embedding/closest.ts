/** A vector that was found, by its index. */
export interface Match {
  index: number;
  /** The cosine of the angle to the query, in -1..1. */
  similarity: number;
}

/** The cosine similarity of two vectors of length 1. */
export function similarityOf(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

/** The `most` vectors closest to the query, closest first; equally close ones in their order. All have length 1. */
export function closest(
  query: Float32Array,
  vectors: readonly Float32Array[],
  { most, atLeast = -1 }: { most: number; atLeast?: number },
): Match[] {
  return vectors
    .map((vector, index) => ({ index, similarity: similarityOf(query, vector) }))
    .filter(({ similarity }) => similarity >= atLeast)
    .sort((a, b) => b.similarity - a.similarity || a.index - b.index)
    .slice(0, most);
}
