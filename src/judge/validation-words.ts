import type { Validation } from './validate.ts';

/** Two-sided normal quantile of 95 %. */
const Z = 1.96;

/** Where 95 % of the AUCs of a judge that guesses lie. Reference: Mann and Whitney (1947), the variance of U without ties. */
export function guessedAuc(good: number, failed: number): [low: number, high: number] {
  const reach = Z * Math.sqrt((good + failed + 1) / (12 * good * failed));
  return [Math.max(0, 0.5 - reach), Math.min(1, 0.5 + reach)];
}

/** How far from 0 the rank correlation of a judge that guesses strays in 95 % of checks. Reference: Kendall and Gibbons (1990). */
export const guessedRho = (n: number): number => Math.min(1, Z / Math.sqrt(n - 1));

/** Dialogues below which nothing is said of agreement. */
const FEWEST = 3;

/** What a validation shows of the judge's mean score, in sentences for a reader without statistics. */
export function validationWords({ survey, separation }: Validation): { survey: string[]; separation: string[] } {
  return {
    survey: survey.filter(({ criterion }) => criterion === 'mean').map(({ question, rho, n }) => {
      const asked = question.replaceAll('_', ' ');
      if (n < FEWEST || Number.isNaN(rho)) return `Nothing can be said of agreement with “${asked}”: there are too few dialogues, or all have the same score.`;
      const reach = guessedRho(n);
      const shown = Math.abs(rho) > reach ? 'more than chance would give' : 'no more than chance would give';
      return `Agreement with the seekers' answer to “${asked}”: Spearman's correlation is ${rho.toFixed(2)} over ${n} dialogues (1 is the same order, 0 is chance, -1 the reverse), ${shown}: a judge that guesses stays within ±${reach.toFixed(2)} in 19 of 20 checks.`;
    }),
    separation: separation.filter(({ criterion, good, failed }) => criterion === 'mean' && good + failed > 0).map(({ auc, good, failed }) => {
      if (good < FEWEST || failed < FEWEST || Number.isNaN(auc)) return 'Nothing can be said of failed conversations: too few dialogues were judged.';
      const [low, high] = guessedAuc(good, failed);
      const shown = auc > high ? 'better than chance' : auc < low ? 'the wrong way round' : 'no better than chance';
      return `Put side by side, the successful conversation gets the higher score in ${Math.round(auc * 100)} % of pairs, ties counting half: AUC ${auc.toFixed(2)}, ${shown}. 0.5 is chance, 1 tells all apart; over ${good} and ${failed} dialogues a judge that guesses gets ${low.toFixed(2)} to ${high.toFixed(2)} in 19 of 20 checks.`;
    }),
  };
}
