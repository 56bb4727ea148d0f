import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Utterance } from '../dataset/dialogue.ts';
import { LabError } from '../error.ts';
import { buildContext } from './build.ts';
import { estimateTokens } from './estimate.ts';
import type { ChatMessage } from './message.ts';
import { measureTemplate } from './template-costs.ts';
import { fitWindow, promptTokens, windowMeter } from './window.ts';
import type { Fit, PromptCosts } from './window.ts';

const seeker = (text: string): Utterance => ({ speaker: 'seeker', text });
const supporter = (text: string): Utterance => ({ speaker: 'supporter', text });
const utterance = fc.record({
  speaker: fc.constantFrom('seeker' as const, 'supporter' as const),
  text: fc.oneof(fc.constantFrom('Hi.', 'I am sad', '', '  '), fc.string({ maxLength: 10 })),
});

describe('buildContext', () => {
  it('joins neighbours, keeps a supporter who speaks first, and says where messages come from', () => {
    const utterances = [supporter('Hello.'), seeker('Hi.'), seeker(' I am sad. '), supporter('Why?')];
    expect(buildContext({ system: ' Listen. ', utterances })).toEqual({
      messages: [
        { role: 'system', content: 'Listen.' },
        { role: 'assistant', content: 'Hello.' },
        { role: 'user', content: 'Hi. I am sad.' },
        { role: 'assistant', content: 'Why?' },
      ],
      sources: [[], [0], [1, 2], [3]],
    });
    expect(buildContext({ utterances, joinNeighbours: false }).messages).toHaveLength(4);
  });

  it('sends the compressed texts, the newest whole only when asked', () => {
    const input = {
      utterances: [seeker('I am sad'), supporter('Oh no'), seeker('It is my job')],
      sent: ['I sad', '', 'It job'],
    };
    expect(buildContext(input).messages.map(({ content }) => content)).toEqual(['I sad', '', 'It job']);
    expect(buildContext({ ...input, newestWhole: true }).messages.at(-1)?.content).toBe('It is my job');
    const closed = { utterances: input.utterances.slice(0, 2), sent: ['I sad', 'no'], newestWhole: true };
    expect(buildContext(closed).messages.at(-1)?.content).toBe('no');
  });

  it('alternates roles and leaves out nothing but blanks', () => {
    fc.assert(
      fc.property(fc.array(utterance, { maxLength: 20 }), (utterances) => {
        const { messages, sources } = buildContext({ utterances });
        messages.forEach((message, index) => expect(message.role).not.toBe(messages[index - 1]?.role));
        const present = utterances.flatMap(({ text }, index) => (text.trim() === '' ? [] : [index]));
        expect(sources.flat()).toEqual(present);
        expect(messages.map(({ content }) => content).join(' ')).toBe(
          present.map((index) => utterances[index]?.text.trim()).join(' '),
        );
      }),
    );
  });
});

const costs = fc.record({
  base: fc.nat(30),
  perMessage: fc.nat(6),
  utterances: fc.array(
    fc.record({ speaker: fc.constantFrom('seeker' as const, 'supporter' as const), tokens: fc.nat(40) }),
    {
      maxLength: 20,
    },
  ),
});
const fitOf = (input: Parameters<typeof fitWindow>[0]): Fit => {
  const fit = fitWindow(input);
  if (fit instanceof LabError) throw fit;
  return fit;
};

describe('fitWindow', () => {
  const dialogue: PromptCosts = {
    base: 10,
    perMessage: 5,
    utterances: [
      { speaker: 'seeker', tokens: 20 },
      { speaker: 'supporter', tokens: 10 },
      { speaker: 'supporter', tokens: 10 },
      { speaker: 'seeker', tokens: 20 },
    ],
  };

  it('keeps the most recent that fit and says how many are left out', () => {
    expect(fitOf({ costs: dialogue, budget: 1000, reserve: 100 })).toEqual({
      from: 0,
      kept: 4,
      leftOut: 0,
      tokens: 85,
    });
    expect(fitOf({ costs: dialogue, budget: 84, reserve: 0 })).toEqual({ from: 1, kept: 3, leftOut: 1, tokens: 60 });
    expect(fitOf({ costs: dialogue, budget: 155, reserve: 100 })).toEqual({ from: 2, kept: 2, leftOut: 2, tokens: 50 });
  });

  it('says when not even the newest fits, instead of cutting it', () => {
    const result = fitWindow({ costs: dialogue, budget: 134, reserve: 100 });
    expect(result).toBeInstanceOf(LabError);
    expect(result).toMatchObject({
      code: 'bad-config',
      detail: { what: expect.stringMatching(/need 135 tokens, and 134 fit/) },
    });
  });

  it('takes a dialogue without utterances', () => {
    const empty = { base: 10, perMessage: 5, utterances: [] };
    expect(fitOf({ costs: empty, budget: 10, reserve: 0 })).toMatchObject({ kept: 0, tokens: 10 });
    expect(fitWindow({ costs: empty, budget: 9, reserve: 0 })).toBeInstanceOf(LabError);
  });

  it('never exceeds the window and could not have kept one more', () => {
    fc.assert(
      fc.property(costs, fc.nat(400), fc.nat(100), (dialogue, budget, reserve) => {
        const fit = fitWindow({ costs: dialogue, budget, reserve });
        if (fit instanceof LabError) {
          expect(promptTokens({ ...dialogue, utterances: dialogue.utterances.slice(-1) })).toBeGreaterThan(
            budget - reserve,
          );
          return;
        }
        expect(fit.tokens).toBe(promptTokens({ ...dialogue, utterances: dialogue.utterances.slice(fit.from) }));
        expect(fit.tokens).toBeLessThanOrEqual(budget - reserve);
        expect(fit.kept + fit.leftOut).toBe(dialogue.utterances.length);
        if (fit.from === 0) return;
        const more = promptTokens({ ...dialogue, utterances: dialogue.utterances.slice(fit.from - 1) });
        expect(more).toBeGreaterThan(budget - reserve);
      }),
    );
  });

  it('meters every representation', () => {
    const half = { ...dialogue, utterances: dialogue.utterances.map((each) => ({ ...each, tokens: each.tokens / 2 })) };
    expect(windowMeter({ raw: dialogue, keypos: half }, { budget: 60, reserve: 5 })).toEqual([
      { representation: 'raw', fits: 2, used: 50, tokens: 85 },
      { representation: 'keypos', fits: 4, used: 55, tokens: 55 },
    ]);
    expect(windowMeter({ raw: dialogue }, { budget: 5, reserve: 0 })[0]?.fits).toBe(0);
  });
});

describe('measureTemplate', () => {
  /** A template whose every mark is one token: [B] (role: text /)* assistant: */
  const reader = {
    renderPrompt: async (messages: ChatMessage[]) =>
      `[B] ${messages.map(({ role, content }) => `${role} : ${content} / `).join('')}assistant :`,
    countTokens: async (texts: string[]) => texts.map((text) => text.split(' ').filter(Boolean).length),
  };

  it('predicts the prompt’s tokens', async () => {
    const messages: ChatMessage[] = [
      { role: 'user', content: 'a b c' },
      { role: 'assistant', content: 'd' },
      { role: 'user', content: 'e f' },
    ];
    for (const system of ['', 'be kind']) {
      const { base, perMessage } = await measureTemplate(reader, system);
      const start: ChatMessage[] = system ? [{ role: 'system', content: system }] : [];
      const [total] = await reader.countTokens([await reader.renderPrompt([...start, ...messages])]);
      expect(base + 3 * perMessage + 6).toBe(total);
    }
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
