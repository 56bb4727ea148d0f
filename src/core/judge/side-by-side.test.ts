import { describe, expect, it } from 'vitest';
import { judgeVotes } from './inter-judge-agreement.ts';
import type { ReplyScores } from './run-verdict.ts';
import { blind, humanResults, parseRatings, ratesOthers, unblind, type Choice, type Ratings } from './side-by-side.ts';

describe('side by side', () => {
  const contests = Array.from({ length: 20 }, (_, i) => ({
    id: `c${i}`,
    context: [],
    first: `first ${i}`,
    second: `second ${i}`,
  }));

  it('hides which is which, in the same way for the same seed and rater', () => {
    const shown = blind(contests, { seed: 5, rater: 'A' });
    expect(shown).toEqual(blind(contests, { seed: 5, rater: 'A' }));
    expect(shown.map(({ id }) => id)).not.toEqual(contests.map(({ id }) => id));
    expect(new Set(shown.map(({ swapped }) => swapped)).size).toBe(2);
    for (const { left, swapped } of shown) expect(left.startsWith(swapped ? 'second' : 'first')).toBe(true);
  });

  it('shows different sides to another rater', () => {
    const sides = (rater: string) =>
      new Map(blind(contests, { seed: 1, rater }).map(({ id, swapped }) => [id, swapped]));
    const [a, b] = [sides('A'), sides('B')];
    const same = contests.filter(({ id }) => a.get(id) === b.get(id)).length;
    expect(same).toBeGreaterThan(4);
    expect(same).toBeLessThan(16);
  });

  it('keeps the sides on which a contest was rated before', () => {
    const drawn = blind(contests, { seed: 1, rater: 'A' });
    const ratings = drawn.slice(0, 9).map(({ id, swapped }) => ({ contest: id, swapped: !swapped, choices: {} }));
    const shown = blind(contests, { seed: 1, rater: 'A', ratings });
    expect(shown.map(({ id }) => id)).toEqual(drawn.map(({ id }) => id));
    expect(shown.map(({ swapped }, i) => swapped === drawn[i]?.swapped)).toEqual(drawn.map((_, i) => i >= 9));
    for (const { left, swapped } of shown) expect(left.startsWith(swapped ? 'second' : 'first')).toBe(true);
  });

  it('detects ratings of another run whose contests have the same names', () => {
    const ratings = blind(contests, { seed: 1, rater: 'A' }).map(({ id, swapped, replies }) => ({
      contest: id,
      swapped,
      replies,
      choices: {},
    }));
    expect(ratesOthers({ ratings }, contests.slice(5))).toBe(false);
    const others = contests.map((each) => ({ ...each, second: `${each.second}!` }));
    expect(ratesOthers({ ratings }, others)).toBe(true);
    expect(
      ratesOthers({ ratings: ratings.map(({ contest, swapped }) => ({ contest, swapped, choices: {} })) }, others),
    ).toBe(false);
  });

  it('counts votes for the systems and the agreement of raters', () => {
    const rater = (name: string, seed: number): Ratings => ({
      format: 'solace-lab-ratings',
      version: 1,
      rater: name,
      seed,
      first: 'm raw',
      second: 'm keypos',
      ratings: blind(contests, { seed, rater: name }).map(({ id, swapped }) => ({
        contest: id,
        swapped,
        choices: { comforting: Number(id.slice(1)) < 10 === swapped ? 'right' : 'left' },
      })),
    });
    const raters = [rater('a', 1), rater('b', 2)];
    const comforting = humanResults(raters.map((each) => parseRatings(JSON.stringify(each), 'x'))).find(
      ({ criterion }) => criterion === 'comforting',
    );
    expect(comforting).toEqual({
      criterion: 'comforting',
      votes: { first: 20, second: 20, tie: 0 },
      kappa: 1,
      judges: [],
    });
    expect(unblind('left', true)).toBe('second');
    expect(() => parseRatings('{"rater": 1}', 'r.json')).toThrow(/r\.json/);
  });

  it('counts a judge as one more rater, who prefers the higher score', () => {
    const chooses = (name: string, choice: (n: number) => Choice): Ratings => ({
      format: 'solace-lab-ratings',
      version: 1,
      rater: name,
      seed: 1,
      first: 'm raw',
      second: 'm keypos',
      ratings: contests.map(({ id }, n) => ({ contest: id, swapped: false, choices: { comforting: choice(n) } })),
    });
    const people = [chooses('a', (n) => (n < 10 ? 'left' : 'right')), chooses('b', (n) => (n < 10 ? 'right' : 'left'))];
    const given = (comforting: number): ReplyScores => ({
      scores: { engagement: 1, comforting, appropriateness: 1, suggestion: 1 },
      variance: null,
    });
    const judge = {
      name: 'J',
      votes: new Map(contests.map(({ id }, n) => [id, judgeVotes(given(n < 10 ? 4 : 2), given(3))])),
    };
    const results = humanResults(people.slice(0, 1), [judge]);
    expect(results.find(({ criterion }) => criterion === 'comforting')?.judges).toEqual([{ name: 'J', kappa: 1 }]);
    expect(results.find(({ criterion }) => criterion === 'suggestion')?.judges).toEqual([{ name: 'J', kappa: NaN }]);
    // With one it agrees completely, with the other never.
    expect(
      humanResults(people, [judge]).find(({ criterion }) => criterion === 'comforting')?.judges[0]?.kappa,
    ).toBeCloseTo(0, 12);
  });
});
