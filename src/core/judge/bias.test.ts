import { describe, expect, it } from 'vitest';
import { positionBias, verbosityBias } from './bias.ts';
import { compareReplies, type Preference } from './judge.ts';
import { fakeJudge, scores } from './testing/fake-judge.ts';

describe('bias', () => {
  it('asks in both orders and distinguishes a judge of positions from one of replies', async () => {
    expect(await compareReplies(fakeJudge('A'), [], 'x', 'y')).toEqual({ choice: 'tie', forward: 'a', swapped: 'a' });
    expect(await compareReplies(fakeJudge('A', 'B'), [], 'x', 'y')).toEqual({
      choice: 'first',
      forward: 'a',
      swapped: 'b',
    });
    expect((await compareReplies(fakeJudge('A', '?'), [], 'x', 'y')).choice).toBeNull();
    const placed: Preference = { choice: 'tie', forward: 'a', swapped: 'a' };
    expect(positionBias([placed, { choice: 'first', forward: 'a', swapped: 'b' }])).toEqual({
      answered: 2,
      consistent: 0.5,
      firstShare: 0.75,
    });
  });

  it('finds a judge that rewards length', () => {
    const judged = [1, 2, 3].map((n) => ({
      candidate: 'word '.repeat(n),
      judgement: { rounds: [], scores: scores(n), variance: null, refused: 0, unreadable: 0, repaired: 0 },
    }));
    expect(verbosityBias(judged)).toBeCloseTo(1, 12);
  });
});
