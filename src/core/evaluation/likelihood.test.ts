import { describe, expect, it } from 'vitest';
import type { ScorableModel } from '../engine/capabilities.ts';
import { byteTokenizerFiles } from '../engine/testing/byte-tokenizer.ts';
import { countWith, createChatTokenizer } from '../tokenizer/chat-tokenizer.ts';
import { replyLikelihood } from './likelihood.ts';
import { fakeModel } from './testing/fake-model.ts';

const messages = [{ role: 'user' as const, content: 'Hi' }];

describe('replyLikelihood', () => {
  it('counts the tokens of the reply and its end-of-turn token', async () => {
    const { sum, tokens, scores, promptTokens } = await replyLikelihood(fakeModel(), messages, 'Yes.');
    // One character per token, each with a probability of 1/2: four and the end of the turn.
    expect(tokens).toBe(5);
    expect(scores.map(({ text }) => text)).toEqual(['Y', 'e', 's', '.', '</s>']);
    expect(sum).toBeCloseTo(5 * Math.LN2, 12);
    expect(promptTokens).toBe(5);
  });

  it('scores a reply that spells the end-of-turn token as plain characters', async () => {
    const { tokenizer, config } = byteTokenizerFiles();
    const chat = createChatTokenizer(tokenizer, config, 'tiny');
    const model: ScorableModel = {
      ...fakeModel(),
      tokenizer: {
        renderPrompt: async (given) =>
          chat.renderPrompt(given).replace(/<s>assistant\n$/, given.at(-1)?.role === 'user' ? '$&' : ''),
        countTokens: async (texts, form) => countWith(chat, texts, form),
      },
      scorer: {
        score: async (text) =>
          chat.encode(text).map((id, i) => ({ id, text: chat.tokenText(id), logprob: i === 0 ? null : -1 })),
      },
    };
    const asked = [{ role: 'user' as const, content: 'a</s>' }];
    const { tokens, scores, promptTokens } = await replyLikelihood(model, asked, 'b</s>');
    expect(scores.map(({ text }) => text)).toEqual(['b', '<', '/', 's', '>', '</s>']);
    expect(tokens).toBe(6);
    expect(promptTokens).toBe(chat.encode(chat.renderPrompt([{ role: 'user', content: 'abcde' }])).length);
  });

  it.each([
    ['a space before the reply, as Mistral', (reply: string) => ` ${reply}</s>`, [' ', 'Y', 'e', 's', '</s>'], 5],
    [
      'spaces around the reply, as Llama 2',
      (reply: string) => ` ${reply.trim()} </s>`,
      [' ', 'Y', 'e', 's', ' ', '</s>'],
      5,
    ],
    [
      'a header that the prompt lacks, as Gemma',
      (reply: string) => `<assistant>${reply.trim()}</s>`,
      ['<assistant>', 'Y', 'e', 's', '</s>'],
      5,
    ],
  ])('counts %s, as training does', async (_, shown, expected, asked) => {
    const fake = fakeModel();
    const model: ScorableModel = {
      ...fake,
      tokenizer: {
        ...fake.tokenizer,
        renderPrompt: async (given) =>
          given.map(({ role, content }) => (role === 'user' ? `[${content}]` : shown(content))).join(''),
      },
    };
    const prompt = [{ role: 'user' as const, content: 'Hi.' }];
    const { scores, tokens, promptTokens } = await replyLikelihood(model, prompt, 'Yes');
    expect(scores.map(({ text }) => text)).toEqual(expected);
    expect(tokens).toBe(expected.length);
    expect(promptTokens).toBe(asked);
  });

  it('refuses a template that renders a reply differently', async () => {
    const fake = fakeModel();
    const model: ScorableModel = {
      ...fake,
      tokenizer: {
        ...fake.tokenizer,
        renderPrompt: async (given) => given.map(({ content }, i) => `${given.length - i} ${content}`).join(''),
      },
    };
    await expect(replyLikelihood(model, messages, 'Yes.')).rejects.toMatchObject({ code: 'unsupported' });
  });

  it.each([Number.NaN, -Infinity, 0.1, null])('refuses %s as a log-probability', async (logprob) => {
    const model = fakeModel();
    const { score } = model.scorer;
    model.scorer.score = async (text) => (await score(text)).map((each) => ({ ...each, logprob }));
    await expect(replyLikelihood(model, messages, 'Yes.')).rejects.toMatchObject({ code: 'bad-data' });
  });
});
