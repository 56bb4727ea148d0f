/** N-gram counts of a hypothesis beside its reference; index 0 holds unigrams. Sums of these are corpus statistics. */
export interface NgramStatistics {
  /** N-grams of the hypothesis found in the reference, each at most as often as the reference has it. */
  matched: number[];
  hyp: number[];
  ref: number[];
  /** Lengths in tokens. */
  hypLength: number;
  refLength: number;
}

/** Counts n-grams of orders 1 to `maxOrder`. Tokens may be words or characters. */
export function countNgrams(hyp: ArrayLike<string>, ref: ArrayLike<string>, maxOrder: number): NgramStatistics {
  const vocabulary = new Map<string, number>();
  const hypTokens = tokenIds(hyp, vocabulary);
  const refTokens = tokenIds(ref, vocabulary);
  const statistics = emptyStatistics(maxOrder);
  statistics.hypLength = hyp.length;
  statistics.refLength = ref.length;

  // An n-gram's number is that of its first n-1 tokens paired with its last token, so that each order is one pass.
  let hypGrams = hypTokens;
  let refGrams = refTokens;
  let distinct = vocabulary.size;
  for (let n = 1; n <= maxOrder; n++) {
    if (n > 1) {
      const numbers = new Map<number, number>();
      hypGrams = extend(hypGrams, hypTokens, n, vocabulary.size, numbers);
      refGrams = extend(refGrams, refTokens, n, vocabulary.size, numbers);
      distinct = numbers.size;
    }
    statistics.matched[n - 1] = clippedMatches(hypGrams, refGrams, distinct);
    statistics.hyp[n - 1] = hypGrams.length;
    statistics.ref[n - 1] = refGrams.length;
  }
  return statistics;
}

/** Statistics of nothing: the start of a sum. */
export function emptyStatistics(maxOrder: number): NgramStatistics {
  const zeros = () => new Array<number>(maxOrder).fill(0);
  return { matched: zeros(), hyp: zeros(), ref: zeros(), hypLength: 0, refLength: 0 };
}

/** Adds `other` to `total` in place. */
export function addStatistics(total: NgramStatistics, other: NgramStatistics): void {
  for (const key of ['matched', 'hyp', 'ref'] as const) {
    const sums = total[key];
    for (let n = 0; n < sums.length; n++) sums[n] = (sums[n] ?? 0) + (other[key][n] ?? 0);
  }
  total.hypLength += other.hypLength;
  total.refLength += other.refLength;
}

/** Numbers tokens by first appearance; the shared `vocabulary` grows. */
export function tokenIds(tokens: ArrayLike<string>, vocabulary: Map<string, number>): Uint32Array {
  const ids = new Uint32Array(tokens.length);
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as string;
    let id = vocabulary.get(token);
    if (id === undefined) vocabulary.set(token, (id = vocabulary.size));
    ids[i] = id;
  }
  return ids;
}

function extend(
  grams: Uint32Array,
  tokens: Uint32Array,
  n: number,
  vocabularySize: number,
  numbers: Map<number, number>,
): Uint32Array {
  const longer = new Uint32Array(Math.max(0, tokens.length - n + 1));
  for (let i = 0; i < longer.length; i++) {
    const key = (grams[i] as number) * vocabularySize + (tokens[i + n - 1] as number);
    let number = numbers.get(key);
    if (number === undefined) numbers.set(key, (number = numbers.size));
    longer[i] = number;
  }
  return longer;
}

function clippedMatches(hyp: Uint32Array, ref: Uint32Array, distinct: number): number {
  const available = new Uint32Array(distinct);
  for (const gram of ref) available[gram] = (available[gram] as number) + 1;
  let matches = 0;
  for (const gram of hyp) {
    const left = available[gram] as number;
    if (left > 0) {
      matches++;
      available[gram] = left - 1;
    }
  }
  return matches;
}
