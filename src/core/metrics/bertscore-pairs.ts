import type { Encoder } from '../engine/encoder.ts';
import { BERTSCORE_BATCH, bertScores, idfWeights, uniformWeights } from './bertscore.ts';
import type { Pair } from './pair.ts';
import type { Prf } from './rouge.ts';

export interface BertScoreOptions {
  /** Weight tokens by their inverse document frequency over the references of all pairs. */
  idf?: boolean | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ((done: number) => void) | undefined;
}

/** Precision, recall and F of BERTScore for each pair. Only one batch of hidden states is in memory at a time. */
export async function bertScorePairs(
  encoder: Encoder,
  pairs: readonly Pick<Pair, 'hyp' | 'ref'>[],
  { idf = false, signal, onProgress }: BertScoreOptions = {},
): Promise<Prf[]> {
  const weight = idf ? idfWeights(pairs.map(({ ref }) => encoder.tokenize(ref))) : uniformWeights(encoder.specialIds);
  const scores: Prf[] = [];
  for (let at = 0; at < pairs.length; at += BERTSCORE_BATCH) {
    const batch = pairs.slice(at, at + BERTSCORE_BATCH);
    const encoded = await encoder.encode(
      batch.flatMap(({ hyp, ref }) => [hyp, ref]),
      signal,
    );
    const sides = batch.flatMap((_, i) => {
      const [hyp, ref] = encoded.slice(2 * i, 2 * i + 2);
      return hyp && ref ? [{ hyp, ref }] : [];
    });
    scores.push(...bertScores(sides, weight));
    onProgress?.(scores.length);
  }
  return scores;
}
