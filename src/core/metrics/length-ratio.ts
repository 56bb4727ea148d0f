/**
 * Tokens of the hypotheses divided by tokens of the references, summed over all pairs (1 = as long as the references).
 * NaN when the references are empty. This is the ratio inside BLEU's brevity penalty.
 *
 * Reference: Papineni et al. (2002), "BLEU", section 2.2.2.
 */
export function lengthRatio(pairs: readonly { hypLength: number; refLength: number }[]): number {
  let hyp = 0;
  let ref = 0;
  for (const pair of pairs) {
    hyp += pair.hypLength;
    ref += pair.refLength;
  }
  return ref === 0 ? Number.NaN : hyp / ref;
}
