import { expect, it } from 'vitest';
import type { Message } from './conversation.ts';
import { exportConversations, importConversations } from './exchange.ts';
import { preferencePairs } from './preferences.ts';
import { append, createConversation, regenerate, update } from './tree.ts';

const reply: Message['reply'] = undefined;

/** A message with three versions of a reply, rated as given. */
function rated(...ratings: (Message['rating'] | undefined)[]) {
  const begun = append(createConversation('Listen.'), { speaker: 'seeker', text: 'I am tired' }).conversation;
  const { conversation, message } = append(begun, { speaker: 'supporter', text: 'reply 0' });
  const ids = [message.id];
  let grown = conversation;
  for (let i = 1; i < ratings.length; i++) {
    const next = regenerate(grown, message.id, reply);
    ids.push(next.message.id);
    grown = update(next.conversation, next.message.id, { text: `reply ${i}`, state: 'complete' });
  }
  return ratings.reduce((all, rating, i) => (rating ? update(all, ids[i] ?? '', { rating }) : all), grown);
}

it('pairs each liked reply with each disliked version of it, as TRL reads them', () => {
  const conversation = rated({ liked: true, why: 'warm' }, { liked: false, why: '' }, undefined);
  expect(preferencePairs([conversation])).toEqual([
    {
      prompt: [
        { role: 'system', content: 'Listen.' },
        { role: 'user', content: 'I am tired' },
      ],
      chosen: [{ role: 'assistant', content: 'reply 0' }],
      rejected: [{ role: 'assistant', content: 'reply 1' }],
      why: { chosen: 'warm', rejected: '' },
    },
  ]);
  expect(
    preferencePairs([rated({ liked: true, why: '' }, { liked: false, why: '' }, { liked: false, why: '' })]),
  ).toHaveLength(2);
});

it('makes no pair of replies that were rated alone, or alike', () => {
  for (const each of [
    rated({ liked: true, why: '' }),
    rated({ liked: false, why: '' }, undefined),
    rated({ liked: true, why: '' }, { liked: true, why: '' }),
  ])
    expect(preferencePairs([each])).toEqual([]);
});

it('ratings survive export and import; a broken one is dropped and its message kept', async () => {
  const conversation = rated({ liked: false, why: 'It missed the point.' });
  const text = exportConversations([conversation]);
  const [back] = (await importConversations(text)).conversations;
  expect([...(back?.messages.values() ?? [])].at(-1)?.rating).toEqual({ liked: false, why: 'It missed the point.' });
  const [other] = (await importConversations(text.replace('"liked": false', '"liked": "no"'))).conversations;
  expect([...(other?.messages.values() ?? [])].at(-1)).toMatchObject({ text: 'reply 0' });
  expect([...(other?.messages.values() ?? [])].at(-1)?.rating).toBeUndefined();
});
