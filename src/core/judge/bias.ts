import { spearman } from '../statistics/agreement.ts';
import { scoreOf, type Scores } from './criteria.ts';
import type { Preference } from './judge.ts';

/** How much the position of a reply decides, over comparisons asked in both orders. */
export interface PositionBias {
  /** Number of comparisons answered in both orders. */
  answered: number;
  /** Share of them whose two answers name the same reply (or a tie twice), in 0..1. */
  consistent: number;
  /** Share of answers other than ties that prefer the first position, in 0..1; 0.5 without bias. */
  firstShare: number;
}

/**
 * Shares are NaN without data. Reference: Zheng et al. (2023), "Judging LLM-as-a-judge with MT-Bench and Chatbot
 * Arena".
 */
export function positionBias(preferences: readonly Preference[]): PositionBias {
  const answered = preferences.filter(({ forward, swapped }) => forward !== null && swapped !== null);
  const consistent = answered.filter(
    ({ choice, forward, swapped }) => choice !== 'tie' || (forward === 'tie' && swapped === 'tie'),
  );
  const named = answered.flatMap(({ forward, swapped }) => [forward, swapped]).filter((each) => each !== 'tie');
  return {
    answered: answered.length,
    consistent: consistent.length / answered.length,
    firstShare: named.filter((each) => each === 'a').length / named.length,
  };
}

/** Spearman's correlation of the mean score with the reply's length in words; near 0 if length is not rewarded. */
export function verbosityBias(items: readonly { judgement: { scores: Scores | null }; candidate: string }[]): number {
  const judged = items.flatMap(({ judgement: { scores }, candidate }) =>
    scores ? [{ scores, words: candidate.trim().split(/\s+/).length }] : [],
  );
  return spearman(
    judged.map(({ scores }) => scoreOf(scores, 'mean')),
    judged.map(({ words }) => words),
  );
}
