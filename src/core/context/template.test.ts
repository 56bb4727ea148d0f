import { describe, expect, it } from 'vitest';
import { LabError } from '../error.ts';
import { estimateTokens } from './estimate.ts';
import type { ChatMessage } from './message.ts';
import { templateTraits } from './template.ts';
import { wordTokenizer } from './testing/word-tokenizer.ts';
import { rememberingTokenizer } from './tokenizer.ts';

describe('templateTraits', () => {
  it('predicts the prompt’s tokens', async () => {
    const tokenizer = wordTokenizer();
    const messages: ChatMessage[] = [
      { role: 'user', content: 'a b c' },
      { role: 'assistant', content: 'd' },
      { role: 'user', content: 'e f' },
    ];
    for (const system of ['', 'be kind']) {
      const { base, perMessage } = await templateTraits(tokenizer, system);
      const start: ChatMessage[] = system ? [{ role: 'system', content: system }] : [];
      const [total] = await tokenizer.countTokens([await tokenizer.renderPrompt([...start, ...messages])]);
      expect(base + 3 * perMessage + 6).toBe(total);
    }
  });

  it('finds out whether the supporter may speak first', async () => {
    expect((await templateTraits(wordTokenizer())).opening).toBe(true);
    expect((await templateTraits(wordTokenizer({ strict: true }))).opening).toBe(false);
    const tokenizer = wordTokenizer();
    const refusing = {
      ...tokenizer,
      renderPrompt: (messages: ChatMessage[]) =>
        messages[0]?.role === 'assistant'
          ? Promise.reject(new LabError({ code: 'bad-data', what: 'Refused.' }))
          : tokenizer.renderPrompt(messages),
    };
    expect((await templateTraits(refusing)).opening).toBe(false);
  });
});

describe('rememberingTokenizer', () => {
  it('counts every text once per form', async () => {
    const tokenizer = wordTokenizer();
    const remembering = rememberingTokenizer(tokenizer);
    const short = [{ role: 'user' as const, content: 'a' }];
    for (let i = 0; i < 3; i++) {
      expect(await remembering.countTokens(['a b', 'c', 'a b'])).toEqual([2, 1, 2]);
      expect(await remembering.countTokens(['a b'], 'prompt')).toEqual([2]);
      expect(await remembering.renderPrompt(short)).toBe('[B] user : a / assistant :');
    }
    expect(tokenizer.asked).toEqual({ renders: 1, counts: 2 });
  });

  it('caches neither failures nor long texts', async () => {
    const tokenizer = wordTokenizer({ needsUser: true });
    const remembering = rememberingTokenizer(tokenizer);
    const refused = [{ role: 'assistant' as const, content: 'a' }];
    for (let i = 0; i < 2; i++) await expect(remembering.renderPrompt(refused)).rejects.toThrow(LabError);
    for (let i = 0; i < 2; i++) await remembering.countTokens(['a '.repeat(5000)]);
    expect(tokenizer.asked).toEqual({ renders: 2, counts: 2 });
  });
});

describe('estimateTokens', () => {
  it.each([
    ['', 0],
    ['I am so sad today.', 6],
    ['👍🏽', 4],
    ['日本', 4],
  ])('%j is about %d', (text, tokens) => expect(estimateTokens(text)).toBe(tokens));
});
