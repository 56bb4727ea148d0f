import type { NgramStatistics } from './ngrams.ts';
import { NUMBER_SCORES, TRIPLE_SCORES, type MeasuredPair, type PairCounts, type PairScores } from './pair.ts';
import type { Prf } from './rouge.ts';

/**
 * Measured pairs as one list of numbers and one of texts: transferring them between threads costs a tenth of cloning
 * the objects.
 */
export interface PackedPairs {
  /** `WIDTH` numbers per pair. */
  numbers: Float64Array<ArrayBuffer>;
  /**
   * The tokens of each hypothesis, joined with spaces; none of the lab's tokenizers produces a token with a space, or
   * an empty token.
   */
  tokens: string[];
  meteor: boolean;
}

const ORDERS = { nltk: 4, sacre: 4, chrf: 6 } as const;
const COUNTS = ['nltk', 'sacre', 'chrf'] as const;
const LISTS = ['matched', 'hyp', 'ref'] as const;

const WIDTH =
  NUMBER_SCORES.length +
  3 * TRIPLE_SCORES.length +
  1 +
  COUNTS.reduce((sum, key) => sum + LISTS.length * ORDERS[key] + 2, 0);

/** Packs the metrics that depend on the texts alone; not BERTScore. */
export function packPairs(pairs: readonly MeasuredPair[]): PackedPairs {
  const numbers = new Float64Array(pairs.length * WIDTH);
  let at = 0;
  const put = (value: number): void => void (numbers[at++] = value);
  for (const { scores, counts } of pairs) {
    for (const name of NUMBER_SCORES) put(scores[name]);
    for (const name of TRIPLE_SCORES) scores[name].forEach(put);
    put(scores.nltk_meteor ?? 0);
    for (const key of COUNTS) {
      for (const list of LISTS) counts[key][list].forEach(put);
      put(counts[key].hypLength);
      put(counts[key].refLength);
    }
  }
  return {
    numbers,
    tokens: pairs.map(({ counts }) => counts.hypTokens.join(' ')),
    meteor: pairs.some(({ scores }) => scores.nltk_meteor !== undefined),
  };
}

/** Unpacks pairs, whose ids the receiver knows. */
export function unpackPairs(
  { numbers, tokens, meteor }: PackedPairs,
  ids: readonly MeasuredPair['id'][],
): MeasuredPair[] {
  return ids.map((id, i): MeasuredPair => {
    let at = i * WIDTH;
    const scores = {} as PairScores;
    for (const name of NUMBER_SCORES) scores[name] = numbers[at++] as number;
    for (const name of TRIPLE_SCORES) {
      scores[name] = [numbers[at], numbers[at + 1], numbers[at + 2]] as unknown as Prf;
      at += 3;
    }
    if (meteor) scores.nltk_meteor = numbers[at] as number;
    at++;
    const counts = { hypTokens: tokens[i] ? tokens[i].split(' ') : [] } as unknown as PairCounts;
    for (const key of COUNTS) {
      const statistics = { hypLength: 0, refLength: 0 } as NgramStatistics;
      for (const list of LISTS) statistics[list] = [...numbers.subarray(at, (at += ORDERS[key]))];
      statistics.hypLength = numbers[at++] as number;
      statistics.refLength = numbers[at++] as number;
      counts[key] = statistics;
    }
    return { id, scores, counts };
  });
}
