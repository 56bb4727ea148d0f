import type { Conversation } from '../../core/conversation/conversation.ts';
import type { LabStore } from './lab-store.ts';

/** Which of these ids are taken. */
export function findTaken(store: LabStore, ids: readonly string[]): Promise<string[]> {
  return store.use(async (database) => {
    const stored = new Set(await database.getAllKeys('heads'));
    return ids.filter((id) => stored.has(id));
  });
}

/** The ids of all stored conversations by the time at which each was created. */
export function idsByTime(store: LabStore): Promise<Map<number, string[]>> {
  return store.use(async (database) => {
    const ids = new Map<number, string[]>();
    for (const { id, createdAt } of await database.getAll('heads')) {
      const same = ids.get(createdAt);
      if (same) same.push(id);
      else ids.set(createdAt, [id]);
    }
    return ids;
  });
}

/**
 * The ids of conversations that begin like one of these: created at the same time, with the same first message.
 * @param stored what `idsByTime` found
 * @param except ids that are not looked for
 */
export function findAlike(
  store: LabStore,
  those: readonly Conversation[],
  stored: ReadonlyMap<number, readonly string[]>,
  except: ReadonlySet<string>,
): Promise<string[]> {
  return store.use(async (database) => {
    const messages = database.transaction('messages').store;
    const found = those.flatMap((each) => {
      const [first] = each.messages.keys();
      const ids = (stored.get(each.createdAt) ?? []).filter((id) => !except.has(id));
      return ids.map(async (id) => {
        if (first === undefined) return id;
        const key = await messages.getKey([id, first]);
        return key === undefined ? undefined : id;
      });
    });
    return (await Promise.all(found)).filter((id) => id !== undefined);
  });
}
