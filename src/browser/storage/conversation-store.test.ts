import { expect, it } from 'vitest';
import { useFakeIndexedDb } from '../../../tests/harness/fake-indexeddb.ts';
import type { Conversation } from '../../core/conversation/conversation.ts';
import { append, createConversation, rename } from '../../core/conversation/tree.ts';
import { ConversationStore } from './conversation-store.ts';
import { LabStore } from './lab-store.ts';

useFakeIndexedDb();

/** A conversation whose last message has `word`. */
function longConversation(title: string, messages: number, word: string): Conversation {
  let conversation = createConversation('Listen.');
  for (let i = 0; i < messages; i++) {
    const text = i === messages - 1 ? `At last, ${word}.` : `Message ${i} about the weather.`;
    ({ conversation } = append(conversation, { speaker: 'seeker', text }));
  }
  return rename(conversation, title);
}

it('finds words in more messages than it reads at a time, and stops when it is told to', async () => {
  const database = new LabStore('search');
  const store = new ConversationStore(database);
  const conversations = [
    longConversation('One', 299, 'apricot'),
    longConversation('Two', 2, 'apricot'),
    longConversation('Three', 700, 'plum'),
    longConversation('Plum', 1, 'nothing'),
  ];
  await store.add(conversations);
  const titles = async (query: string) => (await store.search(query)).map(({ title }) => title).sort();
  expect(await titles('apricot')).toEqual(['One', 'Two']);
  expect(await titles('plum')).toEqual(['Plum', 'Three']);
  expect(await titles('weather')).toEqual(['One', 'Three', 'Two']);
  expect(await titles('three plum')).toEqual(['Three']);
  expect(await titles('')).toHaveLength(4);
  expect(await titles('nowhere')).toEqual([]);

  const stop = new AbortController();
  const search = store.search('nowhere', stop.signal);
  stop.abort();
  await expect(search).rejects.toMatchObject({ code: 'cancelled' });
  await database.close();
});
