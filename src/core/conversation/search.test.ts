import { describe, expect, it } from 'vitest';
import type { Conversation } from './conversation.ts';
import { searchConversations } from './search.ts';
import { append, createConversation, rename, update } from './tree.ts';

const talk = (title: string, ...texts: string[]): Conversation =>
  rename(
    texts.reduce(
      (grown, text, i) => append(grown, { speaker: i % 2 === 0 ? 'seeker' : 'supporter', text }).conversation,
      createConversation(),
    ),
    title,
  );

const passageOf = (conversation: Conversation, query: string): string | undefined =>
  searchConversations([conversation], query)[0]?.passage;

describe('a search in conversations', () => {
  const long = `At first we talked about the garden, and about ${'the weather and '.repeat(12)}my cat, who was ill.`;

  it('gives the part of a message that has a word of the query, cut between words', () => {
    expect(passageOf(talk('A', 'My cat\n\nis ill.'), 'CAT')).toBe('My cat is ill.');
    const passage = passageOf(talk('A', 'Hello', long), 'cat') ?? '';
    expect(passage).toMatch(/^… \S.* my cat, who was ill\.$/);
    expect(passage.length).toBeLessThan(130);
    const start = passageOf(talk('A', long), 'garden') ?? '';
    expect(start).toMatch(/^At first we talked about the garden, .* \S+ …$/);
    expect(passageOf(talk('A', `${'x'.repeat(60)}cat`), 'cat')).toBe('… cat');
  });

  it('gives none if the title has every word, and finds nothing that lacks one', () => {
    const found = searchConversations([talk('The cat', long), talk('B', 'A dog')], 'cat');
    expect(found.map(({ title, passage }) => [title, passage])).toEqual([['The cat', undefined]]);
    expect(searchConversations([talk('The cat', long)], 'cat dog')).toEqual([]);
    expect(passageOf(talk('The cat', 'It is ill.'), 'cat ill')).toBe('It is ill.');
  });

  it('shows nothing of a conversation about danger, since others may see the list', () => {
    expect(passageOf(talk('A', 'I want to kill myself'), 'myself')).toBeUndefined();
    const { conversation: written, message } = append(talk('A', 'My cat is ill'), {
      speaker: 'seeker',
      text: 'And the tablets',
    });
    // The classifier notices what no phrase names.
    const conversation = update(written, message.id, { noticed: { level: 'danger', kinds: ['suicide'] } });
    expect(searchConversations([conversation], 'cat')).toHaveLength(1);
    expect(passageOf(conversation, 'cat')).toBeUndefined();
  });
});
