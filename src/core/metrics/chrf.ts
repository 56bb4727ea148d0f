import { countNgrams, type NgramStatistics } from './ngrams.ts';
import { codePoints, withoutSpace } from './python-text.ts';

const CHARACTER_ORDER = 6;
const BETA = 2;

/**
 * Character n-gram statistics (orders 1 to 6, whitespace removed, case kept) that `chrf` needs; add them up for a
 * corpus.
 */
export function chrfStatistics(hyp: string, ref: string): NgramStatistics {
  const statistics = countNgrams(codePoints(withoutSpace(hyp)), codePoints(withoutSpace(ref)), CHARACTER_ORDER);
  // sacrebleu doesn't count a hypothesis's n-grams of an order that the reference is too short for.
  for (let n = 0; n < CHARACTER_ORDER; n++) if (!statistics.ref[n]) statistics.hyp[n] = 0;
  return statistics;
}

/**
 * chrF2 in 0..100: F with beta 2 over the mean character n-gram precision and recall of the orders that occur.
 *
 * Reference: Popović (2015), "chrF: character n-gram F-score for automatic MT evaluation"; sacrebleu 2.6.0 `CHRF`
 * with its defaults (char_order 6, word_order 0, beta 2, eps_smoothing off).
 */
export function chrf({ matched, hyp, ref }: NgramStatistics): number {
  let precision = 0;
  let recall = 0;
  let orders = 0;
  for (let n = 0; n < CHARACTER_ORDER; n++) {
    const [m = 0, h = 0, r = 0] = [matched[n], hyp[n], ref[n]];
    if (h === 0 || r === 0) continue;
    precision += m / h;
    recall += m / r;
    orders++;
  }
  if (orders === 0 || precision + recall === 0) return 0;
  precision /= orders;
  recall /= orders;
  const factor = BETA ** 2;
  return (100 * (1 + factor) * precision * recall) / (factor * precision + recall);
}
