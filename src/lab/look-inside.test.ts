import { describe, expect, it } from 'vitest';
import { keepingNegations } from '../core/compression/negation.ts';
import { NO_STOPWORDS } from '../core/compression/nostopwords.ts';
import { PAPER_DECODING, type LoadedModel } from '../core/engine/engine.ts';
import { fakeModel } from '../core/evaluation/testing/fake-model.ts';
import type { CompressOptions } from '../core/compression/options.ts';
import { lookInside, weighDropped, type WordWeight } from './look-inside.ts';
import type { ReplyTools, WrittenReply } from './reply.ts';

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
  compress: (texts: readonly string[], { representation, negations }: CompressOptions) => {
    const { compress } = negations ? keepingNegations(NO_STOPWORDS) : NO_STOPWORDS;
    return Promise.resolve(texts.map((text) => (representation === 'raw' ? { text, spans: [] } : compress(text))));
  },
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

  /** What the model reads for a reply, and the words that are weighed. */
  async function lookedAt(task: WrittenReply, tools: Partial<ReplyTools> = {}) {
    const model = fakeModel();
    const read: string[] = [];
    const spy: LoadedModel = {
      ...model,
      scorer: { score: (text) => (read.push(text), model.scorer.score(text)) },
    };
    const words: string[] = [];
    for await (const { weight } of weighDropped(spy, task, { ...TOOLS, ...tools }, signal)) words.push(weight.word);
    if (words.length === 0) await lookInside(spy, task, { ...TOOLS, ...tools }, signal);
    return { read: read[0] ?? '', words };
  }

  it('is read with the negations that were kept, which are not weighed', async () => {
    const origin = { ...TASK.origin, negations: true };
    const utterances = [{ speaker: 'seeker' as const, text: 'I do not sleep' }];
    const { read, words } = await lookedAt({ ...TASK, utterances, origin });
    expect(read).toContain('not sleep');
    expect(words).toEqual(['I', 'do']);
  });

  it('has no dropped word of a message that was sent whole', async () => {
    const origin = { ...TASK.origin, newest: 'as-written' as const };
    const utterances = [{ speaker: 'seeker' as const, text: 'I lost' }];
    const { read, words } = await lookedAt({ ...TASK, utterances, origin });
    expect(read).toContain('I lost');
    expect(words).toEqual([]);
  });

  it('is read as the conversation was shortened, and those words are weighed', async () => {
    const origin = { ...TASK.origin, representation: 'raw' as const, overflow: 'shorten' as const };
    const utterances = [
      {
        speaker: 'seeker' as const,
        text: 'I lost my cat and I am so very sad and it is all that I had and now he is not with me',
      },
      { speaker: 'supporter' as const, text: 'Oh' },
      { speaker: 'seeker' as const, text: 'It is my fault alone' },
    ];
    const { read, words } = await lookedAt({ ...TASK, utterances, origin }, { limit: 62 });
    expect(read).toContain('lost cat');
    expect(read).toContain('It is my fault alone');
    expect(words).toContain('my');
  });

  it('is read after the exchanges that were found when it was written', async () => {
    const found = [{ dialogue: 'd', turn: 1, seeker: 'Dog gone', supporter: 'Sorry', similarity: 0.5 }];
    const origin = { ...TASK.origin, assist: { exchanges: 1, bestOf: 1, found } };
    const { read } = await lookedAt({ ...TASK, origin });
    expect(read).toMatch(/Dog gone.*Sorry.*lost cat/);
  });

  it('weighs nothing where nothing was dropped', async () => {
    const raw = { ...TASK, utterances: [{ speaker: 'seeker' as const, text: 'Cat lost' }] };
    const steps = weighDropped(fakeModel(), raw, TOOLS, signal);
    expect((await steps.next()).done).toBe(true);
  });
});
