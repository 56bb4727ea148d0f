import { IDBObjectStore } from 'fake-indexeddb';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { Conversation } from '../core/conversation/conversation.ts';
import { exportConversations } from '../core/conversation/exchange.ts';
import { append, createConversation, editAndBranch, rename, update } from '../core/conversation/tree.ts';
import type { ConversationLibrary } from './conversations.ts';
import { useLibraryTabs } from './testing/library-tabs.ts';

const tab = useLibraryTabs();

const said = (text: string, to: Conversation = createConversation('Listen.')): Conversation =>
  append(to, { speaker: 'seeker', text }).conversation;
const answered = (text: string, to: Conversation) => append(to, { speaker: 'supporter', text }).conversation;
const leafOf = ({ leaf }: Conversation): string => leaf ?? '';

/** Imports these conversations twice; returns what the first import added, and fails if the second changed anything. */
async function importTwice(library: ConversationLibrary, ...conversations: Conversation[]): Promise<string[]> {
  const file = exportConversations(conversations);
  const { added } = await library.import(file);
  const before = await library.all();
  expect(await library.import(file)).toMatchObject({
    added: [],
    alreadyHere: conversations.map(({ title }) => title),
    problems: [],
  });
  expect(await library.all()).toEqual(before);
  return added.map(({ title }) => title);
}

describe('importing an older backup', () => {
  const old = answered('Tell me', said('I lost my job'));
  const rated = (why: string) => update(old, leafOf(old), { rating: { liked: false, why } });

  it.each([
    ['has grown', said('Yesterday', old)],
    ['has a branch', editAndBranch(old, [...old.messages.keys()][0] ?? '', 'I quit').conversation],
    ['has a longer reply', update(old, leafOf(old), { text: 'Tell me more.' })],
    ['was renamed', rename(old, 'Work')],
    ['was rated', rated('too short')],
    ['has grown, under another id', { ...said('Yesterday', old), id: 'copy' }],
    ['has the same messages, under another id', { ...old, id: 'copy' }],
  ])('adds nothing to a conversation that %s', async (_, kept) => {
    const library = tab();
    await library.add([kept]);
    expect(await importTwice(library, old)).toEqual([]);
    expect(await library.all()).toEqual([kept]);
  });

  it.each([
    ['is older', old, said('Yesterday', old)],
    ['went another way', said('Yesterday', old), said('Last week', old)],
    ['has another prompt', old, { ...old, systemPrompt: 'Ask.' }],
    ['has grown, with another prompt', { ...said('Yesterday', old), systemPrompt: 'Ask.' }, old],
    ['was rated otherwise', rated('too short'), rated('too cold')],
    ['lacks the rating', old, rated('too cold')],
    ['has a shorter reply', old, update(old, leafOf(old), { text: 'Tell me more.' })],
    ['has another message', said('a'), { ...said('a'), id: 'b' }],
  ])('keeps a conversation that %s as it is, and adds the other once', async (_, kept, other) => {
    const library = tab();
    await library.add([kept]);
    expect(await importTwice(library, other)).toEqual([other.title]);
    const all = await library.all();
    expect(all).toContainEqual(kept);
    expect(all.map(({ messages, systemPrompt }) => ({ messages, systemPrompt }))).toContainEqual({
      messages: other.messages,
      systemPrompt: other.systemPrompt,
    });
    // The copy may grow, too.
    const copy = all.find(({ id }) => id !== kept.id);
    if (copy) await library.save(said('And now?', copy));
    expect((await library.import(exportConversations([other]))).added).toEqual([]);
  });

  it('restores a file whole that has a conversation twice', async () => {
    const both = [old, { ...said('Yesterday', old), id: 'copy' }, { ...said('Yesterday', old), title: 'Later' }];
    expect(await importTwice(tab(), ...both)).toHaveLength(3);
  });

  it('reads what is here once, however many parts the file has, and finds each copy', async () => {
    const library = tab();
    const list = Array.from({ length: 1000 }, (_, i) => ({ ...said(`Message ${i}`), createdAt: i % 7 }));
    await library.add(list.map((each) => ({ ...each, id: `copy of ${each.id}` })));
    const parts = vi.fn();
    const getAll = vi.spyOn(IDBObjectStore.prototype, 'getAll');
    const file = exportConversations([...list, said('New')]);
    const { added, alreadyHere } = await library.import(file, { onProgress: parts });
    const reads = getAll.mock.contexts.filter((store) => (store as IDBObjectStore).name === 'heads');
    getAll.mockRestore();
    expect([added.map(({ title }) => title), alreadyHere.length]).toEqual([['New'], 1000]);
    expect(parts.mock.calls.length).toBeGreaterThan(3);
    expect(reads).toHaveLength(1);
  });

  it('works in memory if the browser has no storage', async () => {
    Reflect.deleteProperty(globalThis, 'indexedDB');
    const library = tab();
    const grown = { ...said('Yesterday', old), id: 'copy' };
    await library.add([grown]);
    expect(await importTwice(library, old)).toEqual([]);
    expect(await importTwice(library, said('Last week', old))).toHaveLength(1);
  });

  it('loses no message and no prompt of any version, and adds no version twice', async () => {
    const change = fc.tuple(fc.nat(4), fc.constantFrom('a', 'b'), fc.nat(3));
    const steps = fc.array(change, { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(steps, fc.nat(6), async (list, kept) => {
        const versions: [Conversation, ...Conversation[]] = [said('Start')];
        for (const [kind, text, from] of list) {
          const base = versions[from % versions.length] ?? versions[0];
          if (kind === 0) versions.push(said(text, base));
          else if (kind === 1) versions.push(answered(text, base));
          else if (kind === 2) versions.push(rename(base, text));
          else if (kind === 3) versions.push({ ...base, systemPrompt: text });
          else versions.push(update(base, leafOf(base), { rating: { liked: true, why: text } }));
        }
        const library = tab();
        await library.removeAll();
        const own = versions[kept % versions.length] ?? versions[0];
        await library.add([own]);
        for (const version of versions) await importTwice(library, version);
        const all = await library.all();
        expect(all).toContainEqual(own);
        expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
        for (const version of versions)
          for (const message of version.messages.values())
            expect(
              all.some(
                ({ messages, systemPrompt }) =>
                  systemPrompt === version.systemPrompt && messages.get(message.id)?.text === message.text,
              ),
            ).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
});
