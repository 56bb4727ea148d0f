import type { ConversationChange } from '../../core/conversation/change.ts';
import type { Conversation, ConversationHead, Message } from '../../core/conversation/conversation.ts';
import { headOf, replyOriginSchema } from '../../core/conversation/conversation.ts';
import { foundByMessages, foundByTitle, type FoundConversation } from '../../core/conversation/search.ts';
import { queryWords } from '../../core/dataset/word-search.ts';
import type { LabDatabase, LabStore, StoredMessage } from './lab-store.ts';
import { keysUnder } from './stored-database.ts';

/** Conversations in IndexedDB. Every method may reject as `StoredDatabase.use` does. */
export class ConversationStore {
  readonly #store: LabStore;

  constructor(store: LabStore) {
    this.#store = store;
  }

  /** All conversations without their messages, latest first. */
  heads(): Promise<ConversationHead[]> {
    return this.#store.use(async (database) => latestFirst(await database.getAll('heads')));
  }

  load(id: string): Promise<Conversation | undefined> {
    return this.#store.use(async (database) => {
      const transaction = database.transaction(['heads', 'messages']);
      const [head, stored] = await Promise.all([
        transaction.objectStore('heads').get(id),
        transaction.objectStore('messages').getAll(keysUnder(id)),
      ]);
      return head && { ...head, messages: assemble(stored) };
    });
  }

  /** Writes whole conversations, e.g. new or imported ones, atomically. */
  add(conversations: readonly Conversation[]): Promise<void> {
    return this.#store.use(async (database) => {
      const transaction = database.transaction(['heads', 'messages'], 'readwrite');
      // The writes are awaited first, but its failure is reported below.
      transaction.done.catch(() => undefined);
      const writes: Promise<unknown>[] = [];
      let settled = 0;
      for (const conversation of conversations) {
        if (writes.length - settled >= AT_ONCE) {
          // The transaction is still open when its last request has just been answered.
          const results = await Promise.allSettled(writes.slice(settled));
          if (results.some(({ status }) => status === 'rejected')) break;
          settled = writes.length;
        }
        writes.push(
          transaction.objectStore('heads').put(headOf(conversation)),
          ...[...conversation.messages.values()].map((message) =>
            transaction.objectStore('messages').put(toStored(message, conversation.id)),
          ),
        );
      }
      await settle([...writes, transaction.done]);
    });
  }

  /** Writes changes. Returns false, and writes nothing, if the conversation was deleted meanwhile. */
  save({ id, head, messages }: ConversationChange): Promise<boolean> {
    return this.#store.use(async (database) => {
      const transaction = database.transaction(['heads', 'messages'], 'readwrite');
      const heads = transaction.objectStore('heads');
      const known = await heads.get(id);
      if (!known) {
        await transaction.done;
        return false;
      }
      const updatedAt = Math.max(known.updatedAt, head.updatedAt ?? 0);
      const writes = [
        heads.put({ ...known, ...head, updatedAt }),
        ...messages.map((message) => transaction.objectStore('messages').put(toStored(message, id))),
      ];
      await settle([...writes, transaction.done]);
      return true;
    });
  }

  remove(id: string): Promise<void> {
    return this.#store.use(async (database) => {
      const transaction = database.transaction(['heads', 'messages'], 'readwrite');
      await settle([
        transaction.objectStore('heads').delete(id),
        transaction.objectStore('messages').delete(keysUnder(id)),
        transaction.done,
      ]);
    });
  }

  removeAll(): Promise<void> {
    return this.#store.use(async (database) => {
      const transaction = database.transaction(['heads', 'messages'], 'readwrite');
      await settle([
        transaction.objectStore('heads').clear(),
        transaction.objectStore('messages').clear(),
        transaction.done,
      ]);
    });
  }

  /** Conversations with every word of `query` in their title or messages, latest first; all for a blank query. */
  search(query: string): Promise<FoundConversation[]> {
    const words = queryWords(query);
    return this.#store.use(async (database) => {
      const heads = await database.getAll('heads');
      const found: FoundConversation[] = [];
      for (const head of heads) {
        const each = foundByTitle(head, words) ?? foundByMessages(head, await messagesOf(database, head), words);
        if (each) found.push(each);
      }
      return latestFirst(found);
    });
  }
}

/** Writes that are requested in one task: few enough that the page stays responsive on a slow machine. */
const AT_ONCE = 500;

const messagesOf = (database: LabDatabase, { id }: ConversationHead): Promise<StoredMessage[]> =>
  database.getAll('messages', keysUnder(id));

/** Waits for all, so that no rejection stays unhandled when the first one is thrown. */
async function settle(work: Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  if (failures.length === 0) return;
  // An aborted transaction rejects every request with AbortError and only some with the reason.
  const reason = failures.find((failure) => (failure as Error).name !== 'AbortError');
  throw reason instanceof Error ? reason : new Error('The browser aborted the write.', { cause: reason });
}

/**
 * Plain data: a reactive proxy of the UI in a reply's origin could not be cloned into the database. Validated, so that
 * what is stored can be exported and imported again.
 */
function toStored(message: Message, conversation: string): StoredMessage {
  if (!message.reply) return { ...message, conversation };
  const checked = replyOriginSchema.safeParse(JSON.parse(JSON.stringify(message.reply)));
  return { ...message, reply: checked.success ? checked.data : undefined, conversation };
}

function assemble(stored: StoredMessage[]): Map<string, Message> {
  const messages = new Map<string, Message>();
  for (const record of stored.sort((a, b) => a.createdAt - b.createdAt)) {
    const message: Message & { conversation?: string } = { ...record };
    delete message.conversation;
    messages.set(message.id, message);
  }
  return messages;
}

const latestFirst = <Head extends ConversationHead>(heads: Head[]): Head[] =>
  heads.sort((a, b) => b.updatedAt - a.updatedAt);
