import { mean } from '../statistics/descriptive.ts';
import { spearman, reportedCorrelation } from '../statistics/agreement.ts';
import { CRITERION_IDS, scoreOf, type CriterionId } from './criteria.ts';
import { replyScores, type RunVerdicts, type ReplyScores } from './run-verdict.ts';
import type { Vote } from './side-by-side.ts';

/** How well the scores of two judges agree. */
export interface JudgePair {
  first: string;
  second: string;
  /** Number of replies that both scored. */
  replies: number;
  /**
   * Spearman's correlation of the mean over criteria; null if one side is constant or there are fewer than three
   * replies.
   */
  correlation: number | null;
  /** The first judge's mean score minus the second's, on those replies; NaN without any. */
  difference: number;
}

/** Compares every two judges of a run. */
export function judgePairs(judges: readonly RunVerdicts[]): JudgePair[] {
  const scored = judges.map(({ judge, verdicts }) => ({ name: judge.name, scores: replyScores(verdicts) }));
  return scored.flatMap((first, i) =>
    scored.slice(i + 1).map((second): JudgePair => {
      const shared = [...first.scores].flatMap(([key, a]) => {
        const b = second.scores.get(key);
        return b ? [[scoreOf(a.scores, 'mean'), scoreOf(b.scores, 'mean')] as const] : [];
      });
      const [left, right] = [shared.map(([a]) => a), shared.map(([, b]) => b)];
      return {
        first: first.name,
        second: second.name,
        replies: shared.length,
        correlation: reportedCorrelation(spearman(left, right), shared.length),
        difference: mean(left) - mean(right),
      };
    }),
  );
}

/** Describes a pair in a sentence. */
export function describeJudgePair({ first, second, replies, correlation, difference }: JudgePair): string {
  if (replies === 0) return `${first} and ${second} have no scored reply in common yet.`;
  const rank =
    correlation === null
      ? 'too few, or too alike, for a correlation'
      : `Spearman’s correlation ${correlation.toFixed(2)}`;
  const far = Math.abs(difference).toFixed(2);
  const height =
    far === '0.00' ? 'their means are equal' : `${difference > 0 ? first : second} scores ${far} higher on average`;
  return `${first} and ${second}, ${replies} ${replies === 1 ? 'reply' : 'replies'} in common: ${rank}; ${height}.`;
}

/** Which of two replies a judge prefers, criterion by criterion: the one with the higher score. */
export function judgeVotes(first: ReplyScores, second: ReplyScores): Record<CriterionId, Vote> {
  const vote = (id: CriterionId): Vote => {
    const difference = first.scores[id] - second.scores[id];
    return difference === 0 ? 'tie' : difference > 0 ? 'first' : 'second';
  };
  return Object.fromEntries(CRITERION_IDS.map((id) => [id, vote(id)])) as Record<CriterionId, Vote>;
}
