import { describe, expect, it } from 'vitest';
import { headOf, type Conversation, type ConversationHead } from '../../core/conversation/conversation.ts';
import { append, createConversation, regenerate, rename, update } from '../../core/conversation/tree.ts';
import { LabError } from '../../core/error.ts';
import type { LibraryEvent } from '../../lab/index.ts';
import { Conversations } from './conversations.svelte.ts';
import { StorageState } from './storage.svelte.ts';
import { deferred, fakeToasts, settled, type Deferred } from './testing/fakes.ts';

type Library = ConstructorParameters<typeof Conversations>[0]['library'];

const conversationOf = (text: string, title = ''): Conversation => {
  const { conversation } = append(createConversation('Listen.'), { speaker: 'seeker', text });
  return title ? rename(conversation, title) : conversation;
};

function setUp({ library = {}, missing = false }: { library?: Partial<Library>; missing?: boolean } = {}) {
  const stored = new Map<string, Conversation>();
  const calls: string[] = [];
  const saved: [name: string, content: string][] = [];
  const listeners = new Set<(event: LibraryEvent) => void>();
  const toasts = fakeToasts();
  const storage = new StorageState(false);
  let gone = missing;
  const emit = (event: LibraryEvent) => listeners.forEach((listener) => listener(event));
  const conversations = new Conversations({
    library: {
      subscribe: (listener) => (listeners.add(listener), () => listeners.delete(listener)),
      list: (query = '') => {
        calls.push(`list ${query}`);
        return Promise.resolve([...stored.values()].map(headOf).filter(({ title }) => title.includes(query)));
      },
      get: (id) => Promise.resolve(stored.get(id)),
      all: () => Promise.resolve([...stored.values()]),
      save: (conversation) => Promise.resolve(void stored.set(conversation.id, conversation)),
      keepMessage: (id) => void calls.push(`keepMessage ${id}`),
      remove: (id) => {
        const found = stored.get(id);
        stored.delete(id);
        return Promise.resolve(found);
      },
      removeAll: () => {
        stored.clear();
        return Promise.resolve();
      },
      add: (added) => {
        for (const each of added) stored.set(each.id, each);
        return Promise.resolve();
      },
      export: () => Promise.resolve('{}'),
      import: () => Promise.resolve({ added: [], alreadyHere: [], problems: [] }),
      flush: () => (calls.push('flush'), Promise.resolve()),
      ...library,
    },
    storage,
    storageMissing: () => gone,
    toasts,
    saveFile: (...file) => void saved.push(file),
  });
  return { conversations, stored, calls, saved, toasts, storage, emit, lose: () => (gone = true) };
}

const titles = (heads: readonly ConversationHead[]) => heads.map(({ title }) => title);

describe('the list of conversations', () => {
  it('does nothing before it is started', async () => {
    const { calls, emit } = setUp();
    emit({ type: 'changed', id: 'c', remote: true });
    await settled();
    expect(calls).toEqual([]);
  });

  it('follows what this and other tabs store', async () => {
    const { conversations, stored, emit } = setUp();
    conversations.start();
    await settled();
    expect(conversations.heads).toEqual([]);
    const conversation = conversationOf('Hello', 'First');
    stored.set(conversation.id, conversation);
    emit({ type: 'changed', id: conversation.id, remote: true });
    await settled();
    expect(titles(conversations.heads)).toEqual(['First']);
  });

  it('reads once more for any number of changes during a read', async () => {
    const reading = deferred<ConversationHead[]>();
    let count = 0;
    const { conversations } = setUp({ library: { list: () => (count++, reading.promise) } });
    const first = conversations.refresh();
    void conversations.refresh();
    void conversations.refresh();
    reading.resolve([]);
    await first;
    expect(count).toBe(2);
  });

  it('shows those that match the newest query, whichever answer arrives first', async () => {
    const answers = new Map<string, Deferred<ConversationHead[]>>();
    const head = (title: string) => headOf(conversationOf('x', title));
    const { conversations } = setUp({
      library: {
        list: (query = '') => {
          if (!query) return Promise.resolve([head('all')]);
          const answer = deferred<ConversationHead[]>();
          answers.set(query, answer);
          return answer.promise;
        },
      },
    });
    conversations.query = 'one';
    await settled();
    conversations.query = 'two';
    answers.get('one')?.resolve([head('one')]);
    await settled();
    answers.get('two')?.resolve([head('two')]);
    await settled();
    expect([conversations.query, titles(conversations.shown), titles(conversations.heads)]).toEqual([
      'two',
      ['two'],
      ['all'],
    ]);
  });

  it('says that it could not be read', async () => {
    const { conversations } = setUp({ library: { list: () => Promise.reject(new Error('closed')) } });
    await conversations.refresh();
    expect(conversations.error?.message).toContain('The conversations could not be read (closed).');
  });
});

describe('a conversation', () => {
  it('that was deleted is restored by undo', async () => {
    const { conversations, stored, toasts } = setUp();
    const conversation = conversationOf('Hello', 'First');
    await conversations.save(conversation);
    await conversations.remove(conversation.id);
    expect(stored.size).toBe(0);
    expect(toasts.texts()).toEqual(['Deleted “First”.']);
    await toasts.undo();
    expect(await conversations.get(conversation.id)).toBe(conversation);
  });

  it('that cannot be restored shows an error', async () => {
    const { conversations, toasts } = setUp({ library: { add: () => Promise.reject(new Error('full')) } });
    const conversation = conversationOf('Hello');
    await conversations.save(conversation);
    await conversations.remove(conversation.id);
    await toasts.undo();
    expect(conversations.error?.message).toContain('The conversation could not be restored (full).');
  });

  it('that another tab has already deleted causes no error', async () => {
    const { conversations, toasts } = setUp();
    await conversations.remove('unknown');
    expect([toasts.shown, conversations.error]).toEqual([[], null]);
  });

  it('that could not be saved in the background shows an error', () => {
    const { conversations, emit } = setUp();
    conversations.start();
    const error = new LabError({ code: 'quota', what: 'The disk is full.' });
    emit({ type: 'unsaved', id: 'c', error });
    expect(conversations.error).toBe(error);
  });

  it('passes on a growing reply, and saves the rest of it before the page closes', async () => {
    const { conversations, calls } = setUp();
    conversations.keepMessage('c', conversationOf('x').messages.values().next().value as never);
    await conversations.flush();
    expect(calls).toEqual(['keepMessage c', 'flush']);
  });
});

describe('without storage', () => {
  it('says so once, instead of an error for each save', async () => {
    const { conversations, storage, lose } = setUp({
      library: { save: () => Promise.reject(new Error('no database')) },
    });
    const conversation = conversationOf('Hello');
    await expect(conversations.save(conversation)).rejects.toThrow('no database');
    lose();
    await conversations.save(conversation);
    expect([storage.missing, conversations.error]).toEqual([true, null]);
  });

  it('is detected by reading', async () => {
    const { conversations, storage } = setUp({ missing: true });
    await conversations.refresh();
    expect([storage.missing, conversations.error]).toEqual([true, null]);
  });
});

describe('all conversations', () => {
  it('are deleted when asked, and a failure is shown', async () => {
    const { conversations, stored } = setUp();
    await conversations.save(conversationOf('Hello'));
    await conversations.removeAll();
    expect(stored.size).toBe(0);
    const failing = setUp({ library: { removeAll: () => Promise.reject(new Error('locked')) } }).conversations;
    await failing.removeAll();
    expect(failing.error?.message).toContain('The conversations could not be deleted (locked).');
  });

  it('are exported to a file named after the day', async () => {
    const { conversations, saved } = setUp();
    await conversations.exportAll();
    expect(saved.map(([name, content]) => [name.replace(/\d/g, '0'), content])).toEqual([
      ['solace-conversations-0000-00-00.json', '{}'],
    ]);
  });
});

describe('an import', () => {
  const file = (name: string) => new File(['[]'], name);
  const problem = (what: string) => ({ what, where: 'conversation 2' });

  it('says how many are new and how many were already here', async () => {
    const added = [headOf(conversationOf('x'))];
    const { conversations, toasts } = setUp({
      library: { import: () => Promise.resolve({ added, alreadyHere: ['a', 'b'], problems: [] } as never) },
    });
    await conversations.importFiles([file('one.json')]);
    expect(toasts.texts()).toEqual(['1 conversation imported, 2 already here.']);
    expect(conversations.error).toBeNull();
  });

  it('names the first problem, and how many more there are', async () => {
    const problems = [problem('It has no messages.'), problem('It is no object.'), problem('It is no object.')];
    const { conversations } = setUp({
      library: { import: () => Promise.resolve({ added: [], alreadyHere: [], problems }) },
    });
    await conversations.importFiles([file('one.json')]);
    expect(conversations.error?.message).toBe(
      'one.json, conversation 2: It has no messages. 2 more were left out as well. ' +
        'The valid conversations were imported. Correct the file to get the rest.',
    );
  });

  it('continues with the next file after a broken one', async () => {
    const outcomes = [
      Promise.reject(new Error('no JSON')),
      Promise.resolve({ added: [], alreadyHere: [], problems: [] }),
    ];
    const { conversations, toasts } = setUp({
      library: { import: () => outcomes.shift() ?? Promise.reject(new Error()) },
    });
    await conversations.importFiles([file('broken.json'), file('sound.json')]);
    expect(conversations.error?.message).toContain('The file could not be imported (no JSON).');
    expect(toasts.shown).toHaveLength(1);
  });
});

describe('ratings of replies', () => {
  it('are saved as preference pairs, or it is said that there are none yet', async () => {
    const unreadable = new LabError({ code: 'bad-file', what: 'A conversation is damaged.' });
    const none = setUp({ library: { all: () => Promise.reject(unreadable) } });
    await none.conversations.exportPreferences();
    expect([none.saved, none.conversations.error?.code]).toEqual([[], 'bad-file']);
    const begun = append(createConversation('Listen.'), { speaker: 'seeker', text: 'I am tired' }).conversation;
    const first = append(begun, { speaker: 'supporter', text: 'Rest.' });
    const second = regenerate(first.conversation, first.message.id, undefined);
    const rated = (liked: boolean) =>
      Promise.resolve([
        update(update(second.conversation, first.message.id, { rating: { liked: true, why: '' } }), second.message.id, {
          text: 'Sleep.',
          rating: { liked, why: 'cold' },
        }),
      ]);
    const alike = setUp({ library: { all: () => rated(true) } });
    await alike.conversations.exportPreferences();
    expect(alike.toasts.texts()).toEqual([expect.stringContaining('There is no pair yet.')]);
    const pair = setUp({ library: { all: () => rated(false) } });
    await pair.conversations.exportPreferences();
    const [[name = '', text = '[]'] = []] = pair.saved as string[][];
    expect(name).toMatch(/^solace-preferences-.*\.json$/);
    expect(JSON.parse(text)).toMatchObject([
      {
        chosen: [{ role: 'assistant', content: 'Rest.' }],
        rejected: [{ content: 'Sleep.' }],
        why: { rejected: 'cold' },
      },
    ]);
  });
});
