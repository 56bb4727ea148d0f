import { at } from '../at.ts';
import type { NgramStatistics } from './ngrams.ts';

/**
 * BLEU in 0..100 with exponential smoothing, as sacrebleu computes it from 13a tokens. For a sentence pass
 * `effectiveOrder: true` (orders that the hypothesis is too short for are left out, as `sacrebleu.sentence_bleu` does);
 * for a corpus sum the pairs' statistics and pass false.
 *
 * Reference: Post (2018), "A call for clarity in reporting BLEU scores"; sacrebleu 2.6.0 `BLEU.compute_bleu`.
 */
export function sacreBleu(statistics: NgramStatistics, maxOrder: number, options: { effectiveOrder: boolean }): number {
  const { matched, hyp, hypLength, refLength } = statistics;
  if (!matched.slice(0, maxOrder).some((count) => count > 0)) return 0;
  let penalty = 1;
  let order = 0;
  let logSum = 0;
  for (; order < maxOrder && hyp[order]; order++) {
    const total = at(hyp, order);
    const count = at(matched, order);
    if (count === 0) penalty *= 2;
    logSum += Math.log(count === 0 ? 100 / (penalty * total) : (100 * count) / total);
  }
  if (order < maxOrder && !options.effectiveOrder) return 0;
  const brevityPenalty = hypLength < refLength ? Math.exp(1 - refLength / hypLength) : 1;
  return brevityPenalty * Math.exp(logSum / order);
}
