import type { Validation } from './validate.ts';

/** Two-sided normal quantiles of 95 % for 1, 2, … tests together (Bonferroni's correction). */
const Z = [1.96, 2.241, 2.394, 2.498, 2.576, 2.638, 2.69, 2.734, 2.773, 2.807];
const normalQuantile = (tests: number): number => Z[Math.min(Math.max(tests, 1), Z.length) - 1] ?? Number.NaN;

/**
 * The central 95 % of AUCs of a judge that guesses. Reference: Mann and Whitney (1947), the variance of U without ties.
 */
export function guessedAuc(good: number, failed: number): [low: number, high: number] {
  const reach = normalQuantile(1) * Math.sqrt((good + failed + 1) / (12 * good * failed));
  return [Math.max(0, 0.5 - reach), Math.min(1, 0.5 + reach)];
}

/**
 * The distance from 0 within which the rank correlations of a guessing judge stay in 95 % of checks, all `tests` of a
 * check together. Reference: Kendall and Gibbons (1990).
 */
export const guessedRho = (n: number, tests = 1): number => Math.min(1, normalQuantile(tests) / Math.sqrt(n - 1));

/** Minimum number of dialogues for a statement on agreement. */
export const FEWEST_DIALOGUES = 20;

/** Describes the results for the judge's mean score in sentences for a reader without statistics. */
export function describeValidation({ survey, separation }: Validation): { survey: string[]; separation: string[] } {
  const ofMean = survey.filter(({ criterion }) => criterion === 'mean');
  return {
    survey: ofMean.map(({ question, rho, n }) => {
      const outcome = question.replaceAll('_', ' ');
      if (n < FEWEST_DIALOGUES)
        return (
          `Nothing can be said about agreement with “${outcome}”: it takes ${FEWEST_DIALOGUES} dialogues, and there ` +
          `are ${n}.`
        );
      if (Number.isNaN(rho)) return `Nothing can be said about agreement with “${outcome}”: all have the same score.`;
      const reach = guessedRho(n, ofMean.length);
      const shown =
        rho > reach
          ? 'more than chance would give'
          : rho < -reach
            ? 'in the wrong direction'
            : 'no more than chance would give';
      const tests = ofMean.length > 1 ? `, for all ${ofMean.length} outcomes together` : '';
      return (
        `Agreement with the seekers' “${outcome}”: Spearman's correlation is ${rho.toFixed(2)} over ${n} dialogues ` +
        `(1 is the same order, 0 is chance, -1 the reverse), ${shown}: a judge that guesses stays within ` +
        `±${reach.toFixed(2)} in 19 of 20 checks${tests}.`
      );
    }),
    separation: separation
      .filter(({ criterion, good, failed }) => criterion === 'mean' && good + failed > 0)
      .map(({ auc, good, failed }) => {
        if (good + failed < FEWEST_DIALOGUES || Number.isNaN(auc)) {
          return (
            `Nothing can be said about failed conversations: it takes ${FEWEST_DIALOGUES} dialogues of both kinds, ` +
            `and ${good} and ${failed} were judged.`
          );
        }
        const [low, high] = guessedAuc(good, failed);
        const shown =
          auc > high ? 'better than chance' : auc < low ? 'in the wrong direction' : 'no better than chance';
        return (
          `Put side by side, the successful conversation gets the higher score in ${Math.round(auc * 100)} % of ` +
          `pairs, ties counting half: AUC ${auc.toFixed(2)}, ${shown}. 0.5 is chance, 1 separates all; over ` +
          `${good} and ${failed} dialogues a judge that guesses gets ${low.toFixed(2)} to ${high.toFixed(2)} in 19 ` +
          'of 20 checks.'
        );
      }),
  };
}
