import { LabError } from '../error.ts';

/** Log-likelihood of a scored stretch of tokens. */
export interface LogLikelihood {
  /** Sum of natural-log probabilities, in nats (0 or less). */
  sum: number;
  tokens: number;
}

/**
 * Adds up the log-probabilities (nats) of the reference response's tokens given their context.
 * @throws LabError `bad-data` where one is NaN, infinite or above zero, which means that the model overflowed.
 */
export function logLikelihood(logProbs: ArrayLike<number>): LogLikelihood {
  let sum = 0;
  for (let i = 0; i < logProbs.length; i++) {
    const value = logProbs[i] as number;
    if (!Number.isFinite(value) || value > 1e-4) {
      throw new LabError({
        code: 'bad-data',
        where: `token ${i}`,
        what: `The model gave ${value} as a log-probability, which is not a finite number up to 0.`,
        todo: 'Load the model again, with higher precision if it repeats.',
      });
    }
    sum += value;
  }
  return { sum, tokens: logProbs.length };
}

/**
 * Perplexity: the exponential of the mean negative log-likelihood per token, over all stretches together, so that each
 * token weighs the same. NaN without tokens.
 *
 * Reference: Jelinek et al. (1977), "Perplexity: a measure of the difficulty of speech recognition tasks".
 */
export function perplexity(parts: readonly LogLikelihood[]): number {
  let sum = 0;
  let tokens = 0;
  for (const part of parts) {
    sum += part.sum;
    tokens += part.tokens;
  }
  return tokens === 0 ? Number.NaN : Math.exp(-sum / tokens);
}
