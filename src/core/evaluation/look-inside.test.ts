import { describe, expect, it } from 'vitest';
import type { ChatMessage } from '../context/message.ts';
import type { Compressed } from '../compression/representation.ts';
import { NO_STOPWORDS } from '../compression/nostopwords.ts';
import { droppedWords, redraw } from './look-inside.ts';

const TOP = [0.5, 0.3, 0.15, 0.05].map((p, id) => ({ id, text: `t${id}`, logprob: Math.log(p) }));
const shares = (settings: Parameters<typeof redraw>[1]) =>
  redraw(TOP, settings).map(({ p }) => Math.round(p * 100) / 100);

describe('the alternatives of a word, drawn anew', () => {
  it.each([
    [{ temperature: 1, topP: 1, topK: 0 }, [0.5, 0.3, 0.15, 0.05]],
    [{ temperature: 0, topP: 1, topK: 0 }, [1, 0, 0, 0]],
    [{ temperature: 0.5, topP: 1, topK: 0 }, [0.68, 0.25, 0.06, 0.01]],
    [{ temperature: 1, topP: 0.9, topK: 0 }, [0.53, 0.32, 0.16, 0]],
    [{ temperature: 1, topP: 1, topK: 1 }, [1, 0, 0, 0]],
  ])('%o', (settings, expected) => {
    expect(shares(settings)).toEqual(expected);
  });

  it('of a position without any are none', () => {
    expect(redraw([], { temperature: 0, topP: 1, topK: 0 })).toEqual([]);
  });
});

describe('the words that were dropped', () => {
  const compress = (texts: string[]): Compressed[] => texts.map((text) => NO_STOPWORDS.compress(text));

  it('come with the context that keeps each of them, newest utterance first', () => {
    const utterances = [{ text: 'I lost my cat.' }, { text: 'Where?' }, { text: 'Not in the garden.' }];
    const compressed = compress(utterances.map(({ text }) => text));
    const messages: ChatMessage[] = [
      { role: 'system', content: 'Listen.' },
      ...compressed.map(({ text }, i): ChatMessage => ({ role: i === 1 ? 'assistant' : 'user', content: text })),
    ];
    const words = droppedWords(messages, utterances, compressed);
    expect(words.map(({ word }) => word)).toEqual(['Not', 'in', 'the', 'Where', 'I', 'my']);
    const not = words.find(({ word }) => word === 'Not');
    expect(not?.messages.at(-1)?.content).toContain('Not');
    expect(not?.messages.slice(0, -1)).toEqual(messages.slice(0, -1));
    const my = words.find(({ word }) => word === 'my');
    expect(my?.messages[1]?.content).toMatch(/lost my cat/);
    expect(my?.messages.at(-1)).toEqual(messages.at(-1));
  });

  it('are none where the utterance was sent whole or did not enter the context', () => {
    const utterances = [{ text: 'I lost my cat.' }, { text: 'And my dog.' }];
    const [first, second] = compress(utterances.map(({ text }) => text));
    const whole = { text: 'And my dog.', spans: [] };
    expect(droppedWords([{ role: 'user', content: whole.text }], utterances, [first, whole] as Compressed[])).toEqual(
      [],
    );
    expect(droppedWords([], utterances, [first, second] as Compressed[])).toEqual([]);
  });
});
