import type { Conversation } from '../../core/conversation/conversation.ts';
import type { LabStore } from './lab-store.ts';

/** Which of these ids are taken. */
export function findTaken(store: LabStore, ids: readonly string[]): Promise<string[]> {
  return store.use(async (database) => {
    const stored = new Set(await database.getAllKeys('heads'));
    return ids.filter((id) => stored.has(id));
  });
}

/**
 * The ids of stored conversations that begin like one of these: created at the same time, with the same first message.
 * @param except ids that are not looked for
 */
export function findAlike(
  store: LabStore,
  those: readonly Conversation[],
  except: ReadonlySet<string>,
): Promise<string[]> {
  return store.use(async (database) => {
    const transaction = database.transaction(['heads', 'messages']);
    const heads = (await transaction.objectStore('heads').getAll()).filter(({ id }) => !except.has(id));
    const found = those.flatMap(({ createdAt, messages }) => {
      const [first] = messages.keys();
      return heads
        .filter((head) => head.createdAt === createdAt)
        .map(async ({ id }) => {
          if (first === undefined) return id;
          const key = await transaction.objectStore('messages').getKey([id, first]);
          return key === undefined ? undefined : id;
        });
    });
    return (await Promise.all(found)).filter((id) => id !== undefined);
  });
}
