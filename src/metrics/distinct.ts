/**
 * Distinct-n in 0..1: different n-grams over all n-grams of a set of tokenized responses (0 when there are none).
 * The lab counts NLTK's tokens in lower case.
 *
 * Reference: Li et al. (2016), "A diversity-promoting objective function for neural conversation models".
 */
export function distinct(responses: readonly (readonly string[])[], n: number): number {
  const different = new Set<string>();
  let total = 0;
  for (const tokens of responses) {
    for (let i = 0; i + n <= tokens.length; i++) {
      // No tokenizer of the lab leaves a space inside a token.
      different.add(tokens.slice(i, i + n).join(' '));
      total++;
    }
  }
  return total === 0 ? 0 : different.size / total;
}
