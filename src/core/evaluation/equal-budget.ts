import type { HistoryInput } from '../compression/history/spec.ts';

/** The numbers of tokens at which ways to spend them are compared. */
export const BUDGETS = [128, 192, 256, 384, 512] as const;

/** The same at every budget, so that a conversation is summarised once. */
const SUMMARY_TOKENS = 48;

/**
 * The conditions of a run that asks which way of spending the same number of tokens on a conversation makes the next
 * reply most likely: seven for each budget. A budget counts the texts, not what a template adds.
 */
export function equalBudgetHistories(budgets: readonly number[] = BUDGETS): HistoryInput[] {
  return budgets.flatMap((tokens): HistoryInput[] => [
    { method: 'budget', tokens, representations: ['raw'] },
    { method: 'budget', tokens, representations: ['keypos'] },
    { method: 'budget', tokens, representations: ['nostopwords'] },
    { method: 'budget', tokens, representations: ['raw', 'keypos', 'nostopwords'] },
    { method: 'summary', tokens, maxNewTokens: SUMMARY_TOKENS },
    { method: 'selective', tokens, drop: 0.6 },
    { method: 'recall', tokens },
  ]);
}
