import { at } from '../at.ts';

/** N-gram counts of a hypothesis and its reference; index 0 holds unigrams. Their sums are corpus statistics. */
export interface NgramStatistics {
  /** N-grams of the hypothesis found in the reference, clipped to the reference's counts. */
  matched: number[];
  hyp: number[];
  ref: number[];
  /** Lengths in tokens. */
  hypLength: number;
  refLength: number;
}

/** Counts n-grams of orders 1 to `maxOrder`. Tokens are words, or characters as code points. */
export function countNgrams<Token extends string | number>(
  hyp: ArrayLike<Token>,
  ref: ArrayLike<Token>,
  maxOrder: number,
): NgramStatistics {
  const vocabulary = new Map<Token, number>();
  const refTokens = tokenIds(ref, vocabulary);
  const hypTokens = Int32Array.from(hyp, (token) => vocabulary.get(token) ?? UNKNOWN);
  const statistics = emptyStatistics(maxOrder);
  statistics.hypLength = hyp.length;
  statistics.refLength = ref.length;

  // An n-gram's number comes from that of its first n-1 tokens and its last token, so that each order is one pass.
  let hypGrams: Int32Array = hypTokens;
  let refGrams: Int32Array = refTokens;
  let distinct = vocabulary.size;
  for (let n = 1; n <= maxOrder; n++) {
    if (n > 1) {
      const numbers = new Map<number, number>();
      refGrams = extend(refGrams, refTokens, n, vocabulary.size, (key) => {
        const known = numbers.get(key);
        if (known !== undefined) return known;
        numbers.set(key, numbers.size);
        return numbers.size - 1;
      });
      hypGrams = extend(hypGrams, hypTokens, n, vocabulary.size, (key) => numbers.get(key) ?? UNKNOWN);
      distinct = numbers.size;
    }
    statistics.matched[n - 1] = clippedMatches(hypGrams, refGrams, distinct);
    statistics.hyp[n - 1] = hypGrams.length;
    statistics.ref[n - 1] = refGrams.length;
  }
  return statistics;
}

/** The number of n-grams that the reference lacks. */
const UNKNOWN = -1;

/** Zero statistics, to start a sum. */
export function emptyStatistics(maxOrder: number): NgramStatistics {
  const zeros = () => new Array<number>(maxOrder).fill(0);
  return { matched: zeros(), hyp: zeros(), ref: zeros(), hypLength: 0, refLength: 0 };
}

/** Adds `other` to `total` in place. */
export function addStatistics(total: NgramStatistics, other: NgramStatistics): void {
  addEach(total.matched, other.matched);
  addEach(total.hyp, other.hyp);
  addEach(total.ref, other.ref);
  total.hypLength += other.hypLength;
  total.refLength += other.refLength;
}

function addEach(sums: number[], more: readonly number[]): void {
  for (let n = 0; n < sums.length; n++) sums[n] = at(sums, n) + at(more, n);
}

/** Numbers tokens by first appearance; the shared `vocabulary` grows. */
export function tokenIds<Token>(tokens: ArrayLike<Token>, vocabulary: Map<Token, number>): Int32Array {
  const ids = new Int32Array(tokens.length);
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as Token;
    let id = vocabulary.get(token);
    if (id === undefined) vocabulary.set(token, (id = vocabulary.size));
    ids[i] = id;
  }
  return ids;
}

/**
 * The n-grams of `tokens` that extend its (n−1)-grams `grams`, each as the number that `numberOf` gives to the pair of
 * the shorter n-gram and the last token.
 */
export function extend(
  grams: Int32Array,
  tokens: Int32Array,
  n: number,
  vocabularySize: number,
  numberOf: (key: number) => number,
): Int32Array {
  const longer = new Int32Array(Math.max(0, tokens.length - n + 1));
  for (let i = 0; i < longer.length; i++) {
    const first = grams[i] as number;
    const last = tokens[i + n - 1] as number;
    longer[i] = first === UNKNOWN || last === UNKNOWN ? UNKNOWN : numberOf(first * vocabularySize + last);
  }
  return longer;
}

function clippedMatches(hyp: Int32Array, ref: Int32Array, distinct: number): number {
  const available = new Uint32Array(distinct);
  for (const gram of ref) available[gram] = (available[gram] as number) + 1;
  let matches = 0;
  for (const gram of hyp) {
    if (gram === UNKNOWN || available[gram] === 0) continue;
    matches++;
    available[gram] = (available[gram] as number) - 1;
  }
  return matches;
}
