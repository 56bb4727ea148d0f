import type { ConversationChange } from '../../core/conversation/change.ts';
import type { Conversation, ConversationHead, Message } from '../../core/conversation/conversation.ts';
import { AT_ONCE, headOf, replyOriginSchema } from '../../core/conversation/conversation.ts';
import { foundByMessages, foundByTitle, type FoundConversation } from '../../core/conversation/search.ts';
import { queryWords } from '../../core/dataset/word-search.ts';
import { throwIfCancelled } from '../../core/error.ts';
import type { LabDatabase, LabStore, StoredMessage } from './lab-store.ts';
import { keysUnder } from './stored-database.ts';

/** Conversations in IndexedDB. Every method may reject as `StoredDatabase.use` does. */
export class ConversationStore {
  readonly lab: LabStore;

  constructor(store: LabStore) {
    this.lab = store;
  }

  /** All conversations without their messages, latest first. */
  heads(): Promise<ConversationHead[]> {
    return this.lab.use(async (database) => latestFirst(await database.getAll('heads')));
  }

  load(id: string): Promise<Conversation | undefined> {
    return this.lab.use(async (database) => {
      const transaction = database.transaction(['heads', 'messages']);
      const [head, stored] = await Promise.all([
        transaction.objectStore('heads').get(id),
        transaction.objectStore('messages').getAll(keysUnder(id)),
      ]);
      return head && { ...head, messages: assemble(stored) };
    });
  }

  /** All conversations with their messages, latest first. */
  loadAll(): Promise<Conversation[]> {
    return this.lab.use(async (database) => {
      const heads = latestFirst(await database.getAll('heads'));
      const messages = new Map<string, Map<string, Message>>();
      for await (const [id, stored] of byConversation(database)) messages.set(id, assemble(stored));
      const whole = heads.map((head) => ({ ...head, messages: messages.get(head.id) ?? new Map<string, Message>() }));
      // One that was deleted while the messages were read has none.
      return whole.filter(({ leaf, messages }) => leaf === null || messages.has(leaf));
    });
  }

  /** Writes whole conversations, e.g. new or imported ones, atomically. All writes are requested in one task. */
  add(conversations: readonly Conversation[]): Promise<void> {
    return this.lab.use(async (database) => {
      const transaction = database.transaction(['heads', 'messages'], 'readwrite');
      const writes = conversations.flatMap((conversation) => [
        transaction.objectStore('heads').put(headOf(conversation)),
        ...[...conversation.messages.values()].map((message) =>
          transaction.objectStore('messages').put(toStored(message, conversation.id)),
        ),
      ]);
      await settle([...writes, transaction.done]);
    });
  }

  /** Writes changes. Returns false, and writes nothing, if the conversation was deleted meanwhile. */
  save({ id, head, messages }: ConversationChange): Promise<boolean> {
    return this.lab.use(async (database) => {
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
    return this.lab.use(async (database) => {
      const transaction = database.transaction(['heads', 'messages'], 'readwrite');
      await settle([
        transaction.objectStore('heads').delete(id),
        transaction.objectStore('messages').delete(keysUnder(id)),
        transaction.done,
      ]);
    });
  }

  removeAll(): Promise<void> {
    return this.lab.use(async (database) => {
      const transaction = database.transaction(['heads', 'messages'], 'readwrite');
      await settle([
        transaction.objectStore('heads').clear(),
        transaction.objectStore('messages').clear(),
        transaction.done,
      ]);
    });
  }

  /**
   * Conversations with every word of `query` in their title or messages, latest first; all for a blank query.
   * @throws {LabError} `cancelled`.
   */
  search(query: string, signal?: AbortSignal): Promise<FoundConversation[]> {
    const words = queryWords(query);
    return this.lab.use(async (database) => {
      const heads = new Map((await database.getAll('heads')).map((head) => [head.id, head]));
      const found = [...heads.values()].flatMap((head) => foundByTitle(head, words) ?? []);
      for (const { id } of found) heads.delete(id);
      if (heads.size === 0) return latestFirst(found);
      for await (const [id, messages] of byConversation(database, signal)) {
        const head = heads.get(id);
        const each = head && foundByMessages(head, messages, words);
        if (each) found.push(each);
      }
      return latestFirst(found);
    });
  }
}

/** The messages of all conversations, one conversation after another. */
async function* byConversation(
  database: LabDatabase,
  signal?: AbortSignal,
): AsyncGenerator<[id: string, messages: StoredMessage[]]> {
  let messages: StoredMessage[] = [];
  let after: IDBKeyRange | undefined;
  for (;;) {
    throwIfCancelled(signal);
    const page = await database.getAll('messages', after, AT_ONCE);
    for (const message of page) {
      const [first] = messages;
      if (first && first.conversation !== message.conversation) {
        yield [first.conversation, messages];
        messages = [];
      }
      messages.push(message);
    }
    const last = page.at(-1);
    if (!last || page.length < AT_ONCE) break;
    after = IDBKeyRange.lowerBound([last.conversation, last.id], true);
  }
  const [first] = messages;
  if (first) yield [first.conversation, messages];
}

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
