import { headOf, type Conversation } from '../../../core/conversation/conversation.ts';
import { append, createConversation, rename } from '../../../core/conversation/tree.ts';
import type { LibraryEvent } from '../../../lab/index.ts';
import { Conversations } from '../conversations.svelte.ts';
import { StorageState } from '../storage.svelte.ts';
import { fakeToasts } from './fakes.ts';

type Library = ConstructorParameters<typeof Conversations>[0]['library'];

export const conversationOf = (text: string, title = ''): Conversation => {
  const { conversation } = append(createConversation('Listen.'), { speaker: 'seeker', text });
  return title ? rename(conversation, title) : conversation;
};

/** The list of conversations over a library in memory, of which `library` replaces some methods. */
export function conversationsOver({
  library = {},
  missing = false,
}: { library?: Partial<Library>; missing?: boolean } = {}) {
  const stored = new Map<string, Conversation>();
  const calls: string[] = [];
  const saved: [name: string, content: string][] = [];
  const listeners = new Set<(event: LibraryEvent) => void>();
  const toasts = fakeToasts();
  const storage = new StorageState(false);
  let gone = missing;
  const emit = (event: LibraryEvent) => listeners.forEach((listener) => listener(event));
  const used: Library = {
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
    endImports: () => void calls.push('endImports'),
    add: (added) => {
      for (const each of added) stored.set(each.id, each);
      return Promise.resolve();
    },
    export: () => Promise.resolve('{}'),
    import: () => Promise.resolve({ added: [], alreadyHere: [], problems: [] }),
    flush: () => (calls.push('flush'), Promise.resolve()),
    ...library,
  };
  const conversations = new Conversations({
    library: used,
    storage,
    storageMissing: () => gone,
    toasts,
    saveFile: (...file) => void saved.push(file),
  });
  return { conversations, library: used, stored, calls, saved, toasts, storage, emit, lose: () => (gone = true) };
}
