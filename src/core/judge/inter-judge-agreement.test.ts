import { describe, expect, it } from 'vitest';
import { describeJudgePair, judgePairs } from './inter-judge-agreement.ts';
import type { RunVerdicts } from './run-verdict.ts';

describe('several judges', () => {
  const judged = (name: string, means: readonly number[]): RunVerdicts => ({
    judge: { id: name, name, rounds: 1, begunAt: 0 },
    verdicts: means.map((mean, turn) => ({
      judge: name,
      model: 'm',
      representation: 'raw',
      dialogue: 'd',
      turn,
      round: 0,
      refused: false,
      unreadable: 0,
      repaired: false,
      scores: Number.isNaN(mean)
        ? null
        : { engagement: mean, comforting: mean, appropriateness: mean, suggestion: mean },
    })),
  });

  it('are compared on the replies that both scored', () => {
    const [pair, ...others] = judgePairs([judged('a', [1, 2, 3, 4, NaN]), judged('b', [2, 3, 4, 5, 1])]);
    expect(others).toEqual([]);
    expect(pair).toEqual({
      first: 'a',
      second: 'b',
      replies: 4,
      correlation: expect.closeTo(1, 12) as number,
      difference: -1,
    });
    expect(pair && describeJudgePair(pair)).toBe(
      'a and b, 4 replies in common: Spearman’s correlation 1.00; b scores 1.00 higher on average.',
    );
  });

  it('have no correlation if one is constant or they share no reply', () => {
    expect(judgePairs([judged('a', [1, 2, 3]), judged('b', [2, 2, 2])])[0]).toMatchObject({
      replies: 3,
      correlation: null,
      difference: 0,
    });
    const apart = judgePairs([judged('a', [1, NaN]), judged('b', [NaN, 1])])[0];
    expect(apart && describeJudgePair(apart)).toBe('a and b have no scored reply in common yet.');
    expect(judgePairs([judged('a', [1])])).toEqual([]);
  });
});
