import { extend, tokenIds } from './ngrams.ts';

/**
 * Distinct-n in 0..1: distinct n-grams divided by all n-grams of a set of tokenized responses (0 without any). The lab
 * counts NLTK's tokens in lower case.
 *
 * Reference: Li et al. (2016), "A diversity-promoting objective function for neural conversation models".
 */
export function distinct(responses: readonly (readonly string[])[], n: number): number {
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
  const total = grams.reduce((sum, { length }) => sum + length, 0);
  return total === 0 ? 0 : different / total;
}
