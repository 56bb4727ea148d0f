import { expect, it } from 'vitest';
import { exportConversations, importConversations, type ConversationImportProgress } from './exchange.ts';
import { append, createConversation } from './tree.ts';

it('passes on what it read a few hundred messages at a time, asks only about those, and ends when told', async () => {
  const many = Array.from({ length: 400 }, (_, i) => ({
    ...append(createConversation(), { speaker: 'seeker', text: 'hi' }).conversation,
    id: `c${i}`,
  }));
  const file = exportConversations(many).replace(/(?=\n {2}\{\n {3}"id": "c350")/, 'null,');
  const asked: number[] = [];
  const steps: [added: number, progress: ConversationImportProgress][] = [];
  const whole = await importConversations(file, {
    existing: (ids) => {
      asked.push(ids.length);
      return Promise.resolve(new Map(ids.includes('c0') ? many.slice(0, 1).map((each) => [each.id, each]) : []));
    },
    onRead: (added, progress) => Promise.resolve(void steps.push([added.length, progress])),
  });
  // Each conversation counts as its messages and one more.
  expect(asked).toEqual([150, 150, 100]);
  expect(steps).toEqual([
    [149, { added: 149, alreadyHere: 1, done: 150, of: 401 }],
    [150, { added: 299, alreadyHere: 1, done: 300, of: 401 }],
    [100, { added: 399, alreadyHere: 1, done: 401, of: 401 }],
  ]);
  expect(whole.conversations).toHaveLength(399);
  const full = new Error('full');
  let calls = 0;
  const ended = importConversations(file, {
    onRead: () => (++calls === 2 ? Promise.reject(full) : Promise.resolve()),
  });
  await expect(ended).rejects.toBe(full);
  expect(calls).toBe(2);
});

it.each(['', '{}', '{"format":"solace-lab/conversations","version":2,"conversations":[]}'])(
  'names the file that it refuses: %j',
  async (text) => {
    const read = importConversations(text, { file: 'holiday.json' });
    await expect(read).rejects.toMatchObject({ code: 'bad-file', detail: { where: 'holiday.json' } });
  },
);
