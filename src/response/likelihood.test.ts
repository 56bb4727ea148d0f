import { describe, expect, it } from 'vitest';
import { replyLikelihood } from './likelihood.ts';
import { fakeModel } from './testing/fake-model.ts';

const messages = [{ role: 'user' as const, content: 'Hi' }];

describe('replyLikelihood', () => {
  it('counts the tokens of the reply and the one that ends its turn', async () => {
    const { sum, tokens, scores, promptTokens } = await replyLikelihood(fakeModel(), messages, 'Yes.');
    // A character a token, each with a probability of 1/2: four and the end of the turn.
    expect(tokens).toBe(5);
    expect(scores.map(({ text }) => text)).toEqual(['Y', 'e', 's', '.', '</s>']);
    expect(sum).toBeCloseTo(5 * Math.LN2, 12);
    expect(promptTokens).toBe(5);
  });

  it.each([Number.NaN, -Infinity, 0.1, null])('refuses %s as a log-probability', async (logprob) => {
    const model = fakeModel();
    const score = model.score.bind(model);
    model.score = async (text) => (await score(text)).map((each) => ({ ...each, logprob }));
    await expect(replyLikelihood(model, messages, 'Yes.')).rejects.toMatchObject({ code: 'bad-data' });
  });
});
