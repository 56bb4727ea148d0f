import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Utterance } from '../dataset/dialogue.ts';
import { buildContext } from './build.ts';

const seeker = (text: string): Utterance => ({ speaker: 'seeker', text });
const supporter = (text: string): Utterance => ({ speaker: 'supporter', text });
const utterance = fc.record({
  speaker: fc.constantFrom('seeker' as const, 'supporter' as const),
  text: fc.oneof(fc.constantFrom('Hi.', 'I am sad', '', '  '), fc.string({ maxLength: 10 })),
});

describe('buildContext', () => {
  it('joins neighbours, keeps a supporter who speaks first, and names the source of each message', () => {
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
  });

  it('sends the given text of an utterance, an empty message for an empty one, and none for null', () => {
    const utterances = [seeker('I am sad'), supporter('Oh no'), seeker('It is my job')];
    const contents = (sent: (string | null)[]) =>
      buildContext({ utterances, sent }).messages.map(({ content }) => content);
    expect(contents(['I sad', '', 'It job'])).toEqual(['I sad', '', 'It job']);
    expect(contents(['I sad', null, 'It job'])).toEqual(['I sad It job']);
    expect(contents([null, null, 'It job'])).toEqual(['It job']);
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
