/** The strategy that a model chose for a turn, and that of the original reply. */
export interface StrategyPair {
  hyp: string;
  ref: string;
}

/** Share of turns in 0..1 for which the model chose the original strategy; NaN without turns. */
export const strategyAccuracy = (pairs: readonly StrategyPair[]): number =>
  pairs.filter(({ hyp, ref }) => hyp === ref).length / pairs.length;

const ROUNDS = 10_000;
const SETTLED = 1e-10;

/**
 * How much a model prefers each strategy, from its confusion with the original ones: Bradley-Terry strengths, in which
 * choosing i where j was right counts as a victory of i over j. Their mean is 1; a model without preferences has 1
 * throughout. Half a victory is added to each pair, so that strategies that never occur keep a finite strength.
 *
 * Reference: Kang et al. (2024), "Can Large Language Models be Good Emotional Supporter? Mitigating Preference Bias on
 * Emotional Support Conversation"; Newman (2023), "Efficient computation of rankings from pairwise
 * comparisons" (the iteration).
 */
export function strategyPreferences(
  pairs: readonly StrategyPair[],
  strategies: readonly string[],
): Map<string, number> {
  const place = new Map(strategies.map((strategy, i) => [strategy, i]));
  const wins = strategies.map((_, i) => strategies.map((__, j): number => (i === j ? 0 : 0.5)));
  for (const { hyp, ref } of pairs) {
    const row = wins[place.get(hyp) ?? -1];
    const column = place.get(ref);
    if (row && column !== undefined && hyp !== ref) row[column] = (row[column] ?? 0) + 1;
  }
  let strengths = strategies.map(() => 1);
  for (let round = 0; round < ROUNDS; round++) {
    const raised = strengths.map((own, i) => {
      let [up, down] = [0, 0];
      strengths.forEach((other, j) => {
        if (i === j) return;
        up += ((wins[i]?.[j] ?? 0) * other) / (own + other);
        down += (wins[j]?.[i] ?? 0) / (own + other);
      });
      return up / down;
    });
    const total = raised.reduce((sum, value) => sum + value, 0);
    const next = raised.map((value) => (value * strategies.length) / total);
    const change = Math.max(0, ...next.map((value, i) => Math.abs(value - (strengths[i] ?? 0))));
    strengths = next;
    if (change < SETTLED) break;
  }
  return new Map(strategies.map((strategy, i) => [strategy, strengths[i] ?? 1]));
}

/** The preference bias: the standard deviation of the preferences, 0 for a model without any. Reference: as above. */
export function preferenceBias(pairs: readonly StrategyPair[], strategies: readonly string[]): number {
  const preferences = [...strategyPreferences(pairs, strategies).values()];
  return Math.sqrt(preferences.reduce((sum, value) => sum + (value - 1) ** 2, 0) / preferences.length);
}
