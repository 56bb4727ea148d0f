import { Lazy } from '../core/async/memoised.ts';
import { headOf, type Conversation, type ConversationHead } from '../core/conversation/conversation.ts';
import { importConversations, type ConversationImportProgress, type Imported } from '../core/conversation/exchange.ts';
import { findAlike, findTaken, idsByTime } from '../browser/storage/find-conversations.ts';
import type { LabStore } from '../browser/storage/lab-store.ts';
import { throwIfCancelled } from '../core/error.ts';

export interface ImportReport extends Pick<Imported, 'alreadyHere' | 'problems'> {
  added: ConversationHead[];
}

export interface ImportOptions {
  /** The name of the file, for errors. */
  file?: string;
  signal?: AbortSignal;
  /** Called each time a part of the file is stored. */
  onProgress?: (progress: ConversationImportProgress) => void;
}

/** Where conversations are imported. */
export interface ImportPlace {
  add(conversations: readonly Conversation[]): Promise<void>;
  /** These conversations, whichever exist. */
  load(ids: readonly string[]): Promise<Conversation[]>;
  /** Those that are only in memory. */
  held: ReadonlyMap<string, Conversation>;
  /** What `search` finds in storage once all requested writes are done; `otherwise` if there is no storage. */
  find<Found>(search: (store: LabStore) => Promise<Found>, otherwise: Found): Promise<Found>;
}

/**
 * Adds the conversations of an exported file, a few hundred messages at a time.
 * @throws {LabError} `bad-file` for any other file, `cancelled`, and what `place` throws. What was added stays.
 */
export async function importInto(
  place: ImportPlace,
  text: string,
  { file, signal, onProgress }: ImportOptions,
): Promise<ImportReport> {
  /** Read once: what this import adds is not looked for. */
  const earlier = new Lazy(() => place.find(idsByTime, new Map()));
  const { conversations, ...report } = await importConversations(text, {
    file,
    existing: async (ids) => {
      const taken = new Set(await place.find((store) => findTaken(store, ids), []));
      const here = await place.load(ids.filter((id) => taken.has(id) || place.held.has(id)));
      return new Map(here.map((each) => [each.id, each]));
    },
    alike: async (those, added) => {
      const times = await earlier.get();
      const stored = await place.find((store) => findAlike(store, those, times, added), []);
      const held = [...place.held.values()].filter((each) => those.some((one) => beginAlike(each, one)));
      const ids = new Set([...stored, ...held.map(({ id }) => id)]);
      return place.load([...ids].filter((id) => !added.has(id)));
    },
    onRead: async (added, progress) => {
      throwIfCancelled(signal);
      if (added.length > 0) await place.add(added);
      onProgress?.(progress);
    },
  });
  return { ...report, added: conversations.map(headOf) };
}

function beginAlike(held: Conversation, { createdAt, messages }: Conversation): boolean {
  const [first] = messages.keys();
  return held.createdAt === createdAt && (first === undefined || held.messages.has(first));
}
