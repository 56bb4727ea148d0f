import { countNgrams, type NgramStatistics } from './ngrams.ts';

/** Smoothing methods 0, 1 and 4 of Chen and Cherry (2014) as NLTK numbers them. */
export type NltkSmoothing = 0 | 1 | 4;

/** Replaces a precision of zero under method 0: Python's `sys.float_info.min`. */
const FLOAT_MIN = 2 ** -1022;
const EPSILON = 0.1;
const K = 5;

const MAX_ORDER = 4;

/**
 * Word n-gram statistics (orders 1 to 4) of one tokenized pair that `nltkBleu` needs; add them up for a corpus. NLTK
 * counts one n-gram even if the hypothesis is too short to have any.
 */
export function nltkStatistics(hyp: readonly string[], ref: readonly string[]): NgramStatistics {
  const statistics = countNgrams(hyp, ref, MAX_ORDER);
  return { ...statistics, hyp: statistics.hyp.map((count) => Math.max(1, count)) };
}

/**
 * BLEU in 0..1 of one pair, or of a corpus when `statistics` is the sum over its pairs; uniform weights up to
 * `maxOrder` n-grams, one reference. A corpus must not be smoothed to equal NLTK's `corpus_bleu` default (method 0).
 *
 * Like NLTK, method 0 gives about 1e-155 or less instead of 0 if only some orders have no match.
 *
 * Reference: Papineni et al. (2002), "BLEU"; Chen and Cherry (2014), "A systematic comparison of smoothing techniques
 * for sentence-level BLEU"; NLTK 3.10.4 `nltk.translate.bleu_score`.
 */
export function nltkBleu(statistics: NgramStatistics, maxOrder: number, smoothing: NltkSmoothing): number {
  const { matched, hyp, hypLength, refLength } = statistics;
  if (hypLength === 0 || !matched[0]) return 0;
  let emptyOrders = 0;
  let logSum = 0;
  for (let n = 0; n < maxOrder; n++) {
    const total = hyp[n] ?? 1;
    let numerator: number = matched[n] ?? 0;
    if (numerator === 0) {
      emptyOrders++;
      numerator = SMOOTHED_COUNT[smoothing](emptyOrders, hypLength, total);
      // NLTK leaves an order out when its smoothed precision is still zero (method 4 on a single word).
      if (numerator === 0) continue;
    }
    logSum += Math.log(numerator / total) / maxOrder;
  }
  const brevityPenalty = hypLength > refLength ? 1 : Math.exp(1 - refLength / hypLength);
  return brevityPenalty * Math.exp(logSum);
}

/** The count that replaces zero matches in the `empty`-th order without one. */
const SMOOTHED_COUNT: Record<NltkSmoothing, (empty: number, hypLength: number, total: number) => number> = {
  0: (_empty, _hypLength, total) => FLOAT_MIN * total,
  1: () => EPSILON,
  4: (empty, hypLength) => (hypLength > 1 ? Math.log(hypLength) / (2 ** empty * K) : 0),
};
