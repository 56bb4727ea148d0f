import { extend, tokenIds } from './ngrams.ts';

/** Tokenized responses. */
type Responses = readonly (readonly string[])[];

/**
 * Distinct-n in 0..1: distinct n-grams divided by all n-grams of a set of tokenized responses (0 without any). The lab
 * counts NLTK's tokens in lower case.
 *
 * Reference: Li et al. (2016), "A diversity-promoting objective function for neural conversation models".
 */
export const distinct = (responses: Responses, n: number): number => distinctOver([responses], n)([0]);

/**
 * Prepares `distinct` for resampling: the result gives that of the groups of responses at some indices. N-grams are
 * numbered once, and each group keeps those that it has.
 */
export function distinctOver(groups: readonly Responses[], n: number): (indices: readonly number[]) => number {
  const { grams, different } = numberNgrams(groups.flat(), n);
  let next = 0;
  const counted = groups.map((group) => {
    const own = grams.slice(next, (next += group.length));
    const total = own.reduce((sum, { length }) => sum + length, 0);
    return { total, numbers: Int32Array.from(new Set(own.flatMap((each) => [...each]))) };
  });
  // The last call that found each n-gram, so that nothing is cleared between calls.
  const foundBy = new Uint32Array(different);
  let call = 0;
  return (indices) => {
    call++;
    let [found, all] = [0, 0];
    for (const i of indices) {
      const { total = 0, numbers = [] } = counted[i] ?? {};
      all += total;
      for (const number of numbers) {
        if (foundBy[number] === call) continue;
        foundBy[number] = call;
        found++;
      }
    }
    return all === 0 ? 0 : found / all;
  };
}

/** Each response's n-grams as numbers below `different`, the number of different n-grams. */
function numberNgrams(responses: Responses, n: number): { grams: Int32Array[]; different: number } {
  const vocabulary = new Map<string, number>();
  const ids = responses.map((tokens) => tokenIds(tokens, vocabulary));
  let grams = ids;
  let different = vocabulary.size;
  for (let order = 2; order <= n; order++) {
    const numbers = new Map<number, number>();
    const numberOf = (key: number): number => {
      let number = numbers.get(key);
      if (number === undefined) numbers.set(key, (number = numbers.size));
      return number;
    };
    grams = grams.map((shorter, i) => extend(shorter, ids[i] as Int32Array, order, vocabulary.size, numberOf));
    different = numbers.size;
  }
  return { grams, different };
}
