import { describe, expect, it } from 'vitest';
import { viewContext, type ContextRequest } from '../context/assemble.ts';
import type { ContextUtterance } from '../context/sent.ts';
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
  const said = (...texts: string[]): ContextUtterance[] =>
    texts.map((text, i) => ({ speaker: i % 2 === 0 ? 'seeker' : 'supporter', text }));
  const open = async (written: ContextUtterance[], compressed: Compressed[], request: Partial<ContextRequest> = {}) => {
    const sent = compressed.map(({ text }) => text);
    const view = await viewContext({ utterances: written, sent, budget: null, reserve: 0, ...request }, null);
    return { ...view, written, compressed };
  };

  it('come with the context that keeps each of them, newest utterance first', async () => {
    const written = said('I lost my cat.', 'Where?', 'Not in the garden.');
    const conversation = await open(written, compress(written.map(({ text }) => text)), { system: 'Listen.' });
    const { messages } = conversation;
    const words = droppedWords(conversation);
    expect(words.map(({ word }) => word)).toEqual(['Not', 'in', 'the', 'Where', 'I', 'my']);
    const not = words.find(({ word }) => word === 'Not');
    expect(not?.messages.at(-1)?.content).toContain('Not');
    expect(not?.messages.slice(0, -1)).toEqual(messages.slice(0, -1));
    const my = words.find(({ word }) => word === 'my');
    expect(my?.messages[1]?.content).toMatch(/lost my cat/);
    expect(my?.messages.at(-1)).toEqual(messages.at(-1));
  });

  it('are none where the utterance was sent whole or did not enter the context', async () => {
    const written = said('I lost my cat.', 'Oh.', 'And my dog.');
    const [first, second, third] = compress(written.map(({ text }) => text)) as [Compressed, Compressed, Compressed];
    const whole = { text: 'And my dog.', spans: [] };
    const sent = [null, null, whole.text];
    expect(droppedWords(await open(written, [first, second, whole], { sent }))).toEqual([]);
    // Nothing fits, so nothing is sent.
    expect(droppedWords(await open(written, [first, second, third], { budget: 1 }))).toEqual([]);
  });

  it('are put back where they were dropped, though what was kept stands elsewhere in the message too', async () => {
    const [one, two] = ['My cat.', 'The cat, and my cat.'];
    const written: ContextUtterance[] = [one, two].map((text) => ({ speaker: 'seeker', text }));
    const conversation = await open(written, compress([one, two]), { newest: 'compressed' });
    expect(conversation.messages).toEqual([{ role: 'user', content: 'cat. cat, cat.' }]);
    expect(droppedWords(conversation).map(({ messages: [message] }) => message?.content)).toEqual([
      'cat. The cat, cat.',
      'cat. cat, and cat.',
      'cat. cat, my cat.',
      'My cat. cat, cat.',
    ]);
  });

  it('are put back after quotes', async () => {
    const written = said('My old cat.', 'Oh.', 'My dog.');
    const [first, second, third] = compress(written.map(({ text }) => text)) as [Compressed, Compressed, Compressed];
    const request = { sent: [null, null, third.text], recalled: [0], newest: 'compressed' as const };
    const conversation = await open(written, [first, second, third], request);
    const [message] = conversation.messages;
    expect(message?.content).toMatch(/My old cat\.[^]*\n\ndog\.$/);
    expect(droppedWords(conversation)).toEqual([
      { word: 'My', messages: [{ ...message, content: message?.content.replace(/dog\.$/, 'My dog.') }] },
    ]);
  });
});
