/** Negative log-likelihood of a scored sequence of tokens. */
export interface TokenLoss {
  /** Sum over the tokens, in nats (0 or more). */
  sum: number;
  tokens: number;
}

/**
 * Perplexity: the exponential of the mean negative log-likelihood per token over all sequences together, so that each
 * token has the same weight. NaN without tokens.
 *
 * Reference: Jelinek et al. (1977), "Perplexity: a measure of the difficulty of speech recognition tasks".
 */
export function perplexity(parts: readonly TokenLoss[]): number {
  let sum = 0;
  let tokens = 0;
  for (const part of parts) {
    sum += part.sum;
    tokens += part.tokens;
  }
  return tokens === 0 ? Number.NaN : Math.exp(sum / tokens);
}
