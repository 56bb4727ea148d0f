import { describe, expect, it } from 'vitest';
import type { ChatMessage } from '../core/context/message.ts';
import type { Utterance } from '../core/dataset/dialogue.ts';
import { meterContext, prepareContext } from './context.ts';
import type { ContextRequest } from './context.ts';

/** A tokenizer of words and a template that adds one token a message. */
const reader = {
  renderPrompt: async (messages: ChatMessage[]) => messages.map(({ content }) => `<s> ${content}`).join(' '),
  countTokens: async (texts: string[]) => texts.map((text) => text.split(' ').filter(Boolean).length),
};
const utterances: Utterance[] = [
  { speaker: 'seeker', text: 'I am so sad about the job.' },
  { speaker: 'supporter', text: 'I am sorry to hear that.' },
  { speaker: 'seeker', text: 'It is very hard.' },
  { speaker: 'seeker', text: 'I have no energy.' },
];
const request = (change: Partial<ContextRequest> = {}): ContextRequest => ({
  system: 'Be kind.',
  utterances,
  options: { representation: 'raw' },
  budget: null,
  reserve: 0,
  ...change,
});

describe('prepareContext', () => {
  it('compresses, joins and counts', async () => {
    const prepared = await prepareContext(request({ options: { representation: 'nostopwords' } }), reader);
    expect(prepared.messages.map(({ content }) => content)).toEqual([
      'Be kind.',
      'sad job.',
      'sorry hear .',
      'hard. energy.',
    ]);
    expect(prepared.sources).toEqual([[], [0], [1], [2, 3]]);
    expect(prepared).toMatchObject({
      fit: { from: 0, kept: 4, leftOut: 0, tokens: 13 },
      tokens: [2, 3, 1, 1],
      exact: true,
    });
  });

  it('leaves the oldest out when the window is small, and never the newest', async () => {
    const prepared = await prepareContext(request({ budget: 20, reserve: 4 }), reader);
    expect(prepared.fit).toMatchObject({ from: 2, kept: 2, leftOut: 2, tokens: 12 });
    expect(prepared.sources).toEqual([[], [2, 3]]);
    await expect(prepareContext(request({ budget: 10, reserve: 4 }), reader)).rejects.toMatchObject({
      code: 'bad-config',
    });
  });

  it('holds the window even where a template costs more than its probe', async () => {
    const odd = {
      ...reader,
      renderPrompt: async (messages: ChatMessage[]) =>
        `${await reader.renderPrompt(messages)} ${messages.some(({ content }) => content.includes('sad')) ? 'long '.repeat(20) : ''}`,
    };
    const prepared = await prepareContext(request({ budget: 40, reserve: 0 }), odd);
    expect(prepared.fit.from).toBe(1);
    await expect(
      prepareContext(request({ utterances: utterances.slice(0, 1), budget: 20 }), odd),
    ).rejects.toMatchObject({
      code: 'bad-config',
    });
  });

  it('estimates without a model, and says so', async () => {
    const prepared = await prepareContext(request(), null);
    expect(prepared.exact).toBe(false);
    expect(prepared.fit.tokens).toBeGreaterThan(30);
  });

  it('sends the newest whole when asked', async () => {
    const prepared = await prepareContext(
      request({ options: { representation: 'keypos' }, newestWhole: true }),
      reader,
    );
    expect(prepared.messages.at(-1)?.content).toMatch(/I have no energy\.$/);
  });

  it('stops on request', async () => {
    await expect(prepareContext(request(), reader, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('meterContext', () => {
  it('shows that compression lets more fit', async () => {
    const rows = await meterContext(request({ budget: 18 }), reader);
    const fits = Object.fromEntries(rows.map(({ representation, fits }) => [representation, fits]));
    expect(rows.map(({ representation }) => representation)).toEqual(['raw', 'keypos', 'nostopwords']);
    expect(fits['raw']).toBe(2);
    expect(fits['nostopwords']).toBe(4);
    expect(fits['keypos']).toBeGreaterThan(2);
  });
});
