import { describe, expect, it } from 'vitest';
import { NO_STOPWORDS } from '../core/compression/nostopwords.ts';
import { PAPER_DECODING, type LoadedModel } from '../core/engine/engine.ts';
import { fakeModel } from '../core/evaluation/testing/fake-model.ts';
import { lookInside, weighDropped, type WordWeight, type WrittenReply } from './look-inside.ts';

const TASK: WrittenReply = {
  systemPrompt: '',
  utterances: [{ speaker: 'seeker', text: 'I lost my cat' }],
  origin: {
    modelId: 'fake',
    representation: 'nostopwords',
    decoding: { ...PAPER_DECODING, maxNewTokens: 16, seed: 1 },
  },
  reply: 'Oh.',
};
const TOOLS = {
  tokenizer: () => Promise.resolve(null),
  limit: null,
  compress: (texts: readonly string[]) => Promise.resolve(texts.map((text) => NO_STOPWORDS.compress(text))),
};
const { signal } = new AbortController();

describe('a reply looked into', () => {
  it('has a probability for each token, and asks for the alternatives', async () => {
    const model = fakeModel();
    const asked: (number | undefined)[] = [];
    const { scorer } = model;
    const spy: LoadedModel = {
      ...model,
      scorer: { score: (text, stop, from, top) => (asked.push(top), scorer.score(text, stop, from, top)) },
    };
    const scores = await lookInside(spy, TASK, TOOLS, signal);
    expect(scores.map(({ text, logprob }) => [text, logprob])).toEqual(
      ['O', 'h', '.', '</s>'].map((text) => [text, -Math.LN2]),
    );
    expect(asked).toEqual([50]);
  });

  it('is refused where the engine gives no probabilities', async () => {
    const model: LoadedModel = { ...fakeModel(), scorer: undefined };
    await expect(lookInside(model, TASK, TOOLS, signal)).rejects.toMatchObject({ code: 'unsupported' });
  });

  it('tells what each dropped word would have changed', async () => {
    const model = fakeModel();
    // The reply is twice as likely once "my" is in the context.
    const score = async (text: string) =>
      (await model.scorer.score(text)).map((each) => ({
        ...each,
        logprob: each.logprob === null ? null : text.includes('my') ? -1 : -2,
      }));
    const weights: WordWeight[] = [];
    for await (const { weight, of } of weighDropped({ ...model, scorer: { score } }, TASK, TOOLS, signal)) {
      expect(of).toBe(2);
      weights.push(weight);
    }
    expect(weights).toEqual([
      { word: 'I', gain: 0 },
      { word: 'my', gain: 1 },
    ]);
  });

  it('weighs nothing where nothing was dropped', async () => {
    const raw = { ...TASK, utterances: [{ speaker: 'seeker' as const, text: 'Cat lost' }] };
    const steps = weighDropped(fakeModel(), raw, TOOLS, signal);
    expect((await steps.next()).done).toBe(true);
  });
});
