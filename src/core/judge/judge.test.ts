import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { describe, expect, it } from 'vitest';
import type { Dialogue } from '../dataset/dialogue.ts';
import type { LoadedModel, TokenScore } from '../engine/engine.ts';
import { LabError } from '../error.ts';
import { positionBias, verbosityBias } from './bias.ts';
import { compareReplies, expectation, judge, weightedScores, type Preference } from './judge.ts';
import { comparingPrompt, conversationPrompt, PROMPT_VERSION, replyPrompt } from './prompt.ts';
import type { RunVerdicts, ReplyScores } from './run-verdict.ts';
import { judgePairs, describeJudgePair, judgeVotes } from './inter-judge-agreement.ts';
import { blind, humanResults, parseRatings, ratesOthers, unblind, type Choice, type Ratings } from './side-by-side.ts';
import { validateJudge } from './validate.ts';
import { CRITERION_IDS } from './criteria.ts';
import { readPreference, readVerdict } from './verdict.ts';

const scores = (
  engagement: number,
  comforting = engagement,
  appropriateness = engagement,
  suggestion = engagement,
) => ({ engagement, comforting, appropriateness, suggestion });
const reply = {
  context: [{ speaker: 'seeker' as const, text: 'I lost\nmy job' }],
  candidate: 'I am sorry.',
  reference: 'That is hard.',
};

/** A judge that gives these answers in order and then repeats the last. */
function fakeJudge(...answers: string[]): LoadedModel & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    info: {
      modelId: 'judge',
      engine: 'transformers',
      device: 'cpu',
      features: { seed: true, topK: true },
      contextWindow: 4096,
    },
    tokenizer: {
      renderPrompt: (messages) => Promise.resolve(messages.map(({ content }) => content).join('\n')),
      countTokens: (texts) => Promise.resolve(texts.map(({ length }) => length)),
    },
    // One character per token; the last digit k has the probability 2^-(k+1), normalised over 0 to 5.
    scorer: {
      score: (text) =>
        Promise.resolve(
          Array.from(text).map((character, i): TokenScore => ({
            id: i,
            text: character,
            logprob: /\d/.test(character) ? -(Number(character) + 1) * Math.LN2 : -1,
          })),
        ),
    },
    async *stream(messages) {
      asked.push(messages.at(-1)?.content ?? '');
      yield { type: 'text', text: answers[Math.min(asked.length, answers.length) - 1] ?? '' };
      yield { type: 'done', reason: 'stop', stats: { promptTokens: 1, newTokens: 1, firstTokenMs: 1, decodeMs: 1 } };
    },
    unload: () => Promise.resolve(),
  };
}

describe('readVerdict', () => {
  const all = scores(4, 3, 5, 0);
  it.each([
    ['{"engagement": 4, "comforting": 3, "appropriateness": 5, "suggestion": 0}', false],
    [
      'Here you are:\n```json\n{"Engagement": "4/5", "Comforting": 3, "Appropriateness": 5, "Suggestion": 0}\n```',
      true,
    ],
    ["{engagement: 4, 'comforting': 3/5, 'appropriateness': 5, 'suggestion': 0,}", true],
    ['**Engagement**: 4\n- Comforting: 3/5\nAppropriateness - 5\nSuggestion: score 0', true],
    ['Engagement (0-5): 4\nComforting (0 to 5): 3.0\nAppropriateness (out of 5): 5\nSuggestion (0–5) = 0.', true],
    ['| Engagement | 4 |\n| Comforting | 3 |\n| Appropriateness | 5 out of 5 |\n| Suggestion | 0 |', true],
  ])('reads %j', (text, repaired) => {
    expect(readVerdict(text)).toEqual({ kind: 'scores', scores: all, repaired });
  });

  it.each([
    ["I'm sorry, but I can't rate this.", 'refused'],
    ['The supporter is kind.', 'unreadable'],
    ['{"engagement": 9, "comforting": 3, "appropriateness": 5, "suggestion": 0}', 'unreadable'],
    ['{"engagement": null, "comforting": 3, "appropriateness": 5, "suggestion": 0}', 'unreadable'],
    ['{"engagement": 4, "comforting": -3, "appropriateness": 5, "suggestion": 0}', 'unreadable'],
    ["{'engagement': 4, 'comforting': '3/10', 'appropriateness': 5, 'suggestion': 0}", 'unreadable'],
    ...['-3', '–3', '3/10', '3 out of 10', '3/50', '3-4', '3 to 4', '3%', '3,5', '<3', '13'].map(
      (score): [string, string] => [
        `Engagement: 4\nComforting: ${score}\nAppropriateness: 5\nSuggestion: 0`,
        'unreadable',
      ],
    ),
    ['Engagement (1-5): 4\nComforting (1-5): 3\nAppropriateness (1-5): 5\nSuggestion (1-5): 1', 'unreadable'],
    ['', 'unreadable'],
  ])('reads %j as %s', (text, kind) => {
    expect(readVerdict(text)).toEqual({ kind });
  });

  it('reads preferences', () => {
    expect(['A', ' b.', 'Tie', 'Reply B is better', 'Neither', 'Both'].map(readPreference)).toEqual([
      'a',
      'b',
      'tie',
      'b',
      undefined,
      undefined,
    ]);
    expect(
      ['A tie.', '**A**', 'A and B are equal', 'Reply A or B', 'A, because B asks nothing'].map(readPreference),
    ).toEqual(['tie', 'a', undefined, undefined, 'a']);
  });
});

describe('judge', () => {
  const answer = (n: number) => JSON.stringify(scores(n));

  it('judges several times and returns mean and variance', async () => {
    const model = fakeJudge(answer(2), answer(4), answer(3));
    const judgement = await judge(model, replyPrompt(reply));
    expect(judgement).toMatchObject({ scores: scores(3), variance: scores(1), refused: 0, unreadable: 0, repaired: 0 });
    expect(new Set(model.asked.map((prompt) => prompt.slice(prompt.lastIndexOf('{'))))).toHaveLength(3);
  });

  it('asks again after unreadable answers and counts refusals', async () => {
    const judgement = await judge(fakeJudge('hm', answer(5), 'I am sorry, no.', 'hm'), replyPrompt(reply), {
      repeats: 3,
      retries: 1,
    });
    expect(judgement).toMatchObject({
      rounds: [scores(5)],
      scores: scores(5),
      variance: null,
      refused: 1,
      unreadable: 3,
    });
  });

  it('keeps the other rounds if a filter or a refusal leaves one without an answer', async () => {
    const no = (declined: boolean) => new LabError({ code: 'no-reply', what: 'No.', ...(declined && { declined }) });
    const steps: (string | LabError)[] = [answer(2), no(true), no(false), no(false), answer(4), 'cut'];
    const model = fakeJudge('');
    model.stream = async function* () {
      const step = steps.shift() ?? '';
      if (step instanceof LabError) throw step;
      yield { type: 'text', text: step };
      yield {
        type: 'done',
        reason: step === 'cut' ? 'content-filter' : 'stop',
        stats: { promptTokens: 1, newTokens: 1, firstTokenMs: 1, decodeMs: 1 },
      };
    };
    const judgement = await judge(model, replyPrompt(reply), { repeats: 4 });
    expect(judgement).toMatchObject({ rounds: [scores(2), scores(4)], scores: scores(3), refused: 2, unreadable: 2 });
    expect(
      judgement.answers.map(({ round, attempt, text, withheld = null }) => [round, attempt, text, withheld]),
    ).toEqual([
      [0, 0, answer(2), null],
      [1, 0, '', 'No.'],
      [2, 0, '', 'No.'],
      [2, 1, '', 'No.'],
      [2, 2, answer(4), null],
      [3, 0, 'cut', "The server's content filter stopped the answer."],
    ]);
  });

  it('weights the numbers by their probabilities', async () => {
    const weights = [0, 1, 2, 3, 4, 5].map((k) => 2 ** -(k + 1));
    const expected = weights.reduce((sum, w, k) => sum + w * k, 0) / weights.reduce((a, b) => a + b, 0);
    expect((await weightedScores(fakeJudge(''), replyPrompt(reply))).suggestion).toBeCloseTo(expected, 9);
    expect(expectation([-1000, -1000])).toBe(0.5);
  });

  it('refuses to weight if the engine gives no probabilities', async () => {
    const { tokenizer, scorer, ...silent } = fakeJudge('');
    expect([tokenizer, scorer]).not.toContain(undefined);
    for (const model of [silent, { ...silent, tokenizer }, { ...silent, scorer }])
      await expect(weightedScores(model, replyPrompt(reply))).rejects.toMatchObject({ code: 'unsupported' });
  });

  it('shows an utterance with line breaks as one line and the original as a yardstick', () => {
    const [, { content } = { content: '' }] = replyPrompt(reply)(CRITERION_IDS);
    expect(content).toContain('Seeker: I lost my job\n');
    expect(content).toContain('Supporter: That is hard.');
    expect(replyPrompt({ ...reply, reference: ' ' })(CRITERION_IDS)[1]?.content).not.toContain('yardstick');
    expect(conversationPrompt(reply.context)(CRITERION_IDS)[1]?.content).toContain('Seeker: I lost my job\n');
  });
});

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

describe('validation', () => {
  it('validates a judge against survey and failures', () => {
    const dialogue = (relief: number): Dialogue => ({
      id: String(relief),
      utterances: [],
      survey: { seeker: { relief }, supporter: {} },
    });
    const good = [1, 2, 3].map((n) => ({ dialogue: dialogue(n), scores: scores(n) }));
    const failed = [
      { dialogue: dialogue(0), scores: scores(0) },
      { dialogue: dialogue(0), scores: null },
    ];
    const { survey, separation } = validateJudge(good, failed);
    const unknown = { low: NaN, high: NaN };
    expect(survey).toContainEqual({
      question: 'relief',
      criterion: 'mean',
      rho: expect.closeTo(1, 12) as number,
      n: 3,
      ...unknown,
    });
    expect(separation).toContainEqual({ criterion: 'comforting', auc: 1, good: 3, failed: 1, ...unknown });
  });

  it('counts a lower intensity at the end as success, and ignores the intensity at the beginning', () => {
    const answers = (initial: number, final: number) => ({
      initial_emotion_intensity: initial,
      final_emotion_intensity: final,
      empathy: 3,
    });
    const judged = Array.from({ length: 24 }, (_, i) => {
      const [initial, final] = [5 - (i % 2), 1 + (i % 4)];
      const dialogue: Dialogue = {
        id: String(i),
        utterances: [],
        survey: { seeker: answers(initial, final), supporter: {} },
      };
      return { dialogue, fall: initial - final };
    });
    const rhoOf = (sign: 1 | -1) => {
      const { survey } = validateJudge(
        judged.map(({ dialogue, fall }) => ({ dialogue, scores: scores(2.5 + (sign * fall) / 2) })),
        [],
      );
      expect([...new Set(survey.map(({ question }) => question))]).toEqual(['empathy', 'fall_in_emotion_intensity']);
      return survey.find(({ question, criterion }) => question === 'fall_in_emotion_intensity' && criterion === 'mean');
    };
    // Both orders agree completely in every resample, so there are no limits.
    expect(rhoOf(1)).toMatchObject({ rho: expect.closeTo(1, 12) as number, low: NaN, high: NaN });
    expect(rhoOf(-1)?.rho).toBeCloseTo(-1, 12);
  });

  it('gives a constant judge no interval, and the same limits whatever the order of dialogues', () => {
    const judged = (says: (i: number) => number) =>
      Array.from({ length: 12 }, (_, i) => ({
        dialogue: { id: `d${i}`, utterances: [], survey: { seeker: { empathy: i % 5 }, supporter: {} } },
        scores: scores(says(i)),
      }));
    const same = validateJudge(
      judged(() => 3),
      judged(() => 3),
    );
    expect(same.separation.at(-1)).toMatchObject({ auc: 0.5, low: NaN, high: NaN });
    const [good, failed] = [judged((i) => i % 4), judged((i) => i % 3)];
    const there = validateJudge(good, failed);
    expect(there.separation.at(-1)?.low).toBeLessThan(there.separation.at(-1)?.auc ?? NaN);
    expect(validateJudge([...good].reverse(), [...failed].reverse())).toEqual(there);
  });
});

describe('prompts', () => {
  /** The hash of each version of the prompts. A change of wording is a new version: add it, never change an entry. */
  const VERSIONS: Record<number, string> = { 1: 'ba6b26330400f402' };

  it('have the wording of their version', () => {
    const asked = [
      replyPrompt(reply)([...CRITERION_IDS]),
      replyPrompt({ ...reply, reference: ' ' })([...CRITERION_IDS].reverse()),
      conversationPrompt(reply.context)([...CRITERION_IDS]),
      comparingPrompt(reply.context, 'a', 'b'),
    ];
    expect(bytesToHex(sha256(new TextEncoder().encode(JSON.stringify(asked)))).slice(0, 16)).toBe(
      VERSIONS[PROMPT_VERSION],
    );
  });
});

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
