import { Lazy } from '../core/async/memoised.ts';
import { headOf, type Conversation, type ConversationHead } from '../core/conversation/conversation.ts';
import { importConversations, type ConversationImportProgress, type Imported } from '../core/conversation/exchange.ts';
import { findAlike, findTaken, idsByTime } from '../browser/storage/find-conversations.ts';
import type { LabStore } from '../browser/storage/lab-store.ts';
import { LabError, throwIfCancelled } from '../core/error.ts';

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
  library: {
    add(conversations: readonly Conversation[]): Promise<void>;
    remove(id: string): Promise<unknown>;
    /** These conversations, whichever exist. */
    all(ids: readonly string[]): Promise<Conversation[]>;
    subscribe(listener: (event: { type: string }) => void): () => void;
  };
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
      const here = await place.library.all(ids.filter((id) => taken.has(id) || place.held.has(id)));
      return new Map(here.map((each) => [each.id, each]));
    },
    alike: async (those, added) => {
      const times = await earlier.get();
      const stored = await place.find((store) => findAlike(store, those, times, added), []);
      const held = [...place.held.values()].filter((each) => those.some((one) => beginAlike(each, one)));
      const ids = new Set([...stored, ...held.map(({ id }) => id)]);
      return place.library.all([...ids].filter((id) => !added.has(id)));
    },
    onRead: async (added, progress) => {
      throwIfCancelled(signal);
      if (added.length > 0) await addUnlessDeleting(place, added);
      onProgress?.(progress);
    },
  });
  return { ...report, added: conversations.map(headOf) };
}

/** @throws {LabError} `cancelled` if another tab begins to delete all meanwhile; then none of these stays. */
async function addUnlessDeleting({ library }: ImportPlace, conversations: readonly Conversation[]): Promise<void> {
  let deleting = false;
  const end = library.subscribe(({ type }) => (deleting ||= type === 'deleting'));
  await library.add(conversations).finally(end);
  if (!deleting) return;
  // The browser may have stored them after the deletion.
  for (const { id } of conversations) await library.remove(id);
  throw LabError.cancelled();
}

function beginAlike(held: Conversation, { createdAt, messages }: Conversation): boolean {
  const [first] = messages.keys();
  return held.createdAt === createdAt && (first === undefined || held.messages.has(first));
}
