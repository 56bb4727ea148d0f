import { at } from '../at.ts';
import { Lru } from '../lru.ts';

/** Turns texts into vectors of length 1 whose dot product says how close their meanings are. */
export interface Embedder {
  /** One vector per text, in order. */
  embed(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]>;
}

/** The last hidden states of a text, row after row, and its token ids. */
interface EncodedTokens {
  ids: readonly number[];
  embeddings: Float32Array;
}

/** The mean of a text's token vectors, normalised to length 1. */
export function sentenceEmbedding({ ids, embeddings }: EncodedTokens): Float32Array {
  const dimension = embeddings.length / Math.max(1, ids.length);
  const mean = new Float32Array(dimension);
  for (let i = 0; i < embeddings.length; i++) mean[i % dimension] = (mean[i % dimension] ?? 0) + (embeddings[i] ?? 0);
  const length = Math.hypot(...mean) || 1;
  return mean.map((value) => value / length);
}

/** An embedder over an encoder such as MiniLM. */
export function embedderOf(encoder: {
  encode(texts: readonly string[], signal?: AbortSignal): Promise<EncodedTokens[]>;
}): Embedder {
  return { embed: async (texts, signal) => (await encoder.encode(texts, signal)).map(sentenceEmbedding) };
}

/**
 * An embedder that remembers: a conversation is searched with every message, and all but the newest of it is unchanged.
 * `capacity` is in texts; a vector of MiniLM takes 1.5 kB.
 */
export function rememberingEmbedder(embedder: Embedder, capacity = 5000): Embedder {
  const known = new Lru<Float32Array>(capacity);
  return {
    async embed(texts, signal) {
      const found = new Map<string, Float32Array>();
      for (const text of texts) {
        const vector = known.get(text);
        if (vector) found.set(text, vector);
      }
      const missing = [...new Set(texts)].filter((text) => !found.has(text));
      const fresh = missing.length > 0 ? await embedder.embed(missing, signal) : [];
      fresh.forEach((vector, i) => {
        found.set(at(missing, i), vector);
        known.set(at(missing, i), vector);
      });
      return texts.map((text) => found.get(text) ?? new Float32Array());
    },
  };
}
