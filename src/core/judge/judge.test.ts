import { describe, expect, it } from 'vitest';
import { LabError } from '../error.ts';
import { CRITERION_IDS } from './criteria.ts';
import { expectation, judge, weightedScores } from './judge.ts';
import { conversationPrompt, replyPrompt } from './prompt.ts';
import { fakeJudge, reply, scores } from './testing/fake-judge.ts';

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
