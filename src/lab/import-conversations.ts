import { headOf, type Conversation, type ConversationHead } from '../core/conversation/conversation.ts';
import { importConversations, type ConversationImportProgress, type Imported } from '../core/conversation/exchange.ts';
import { findAlike, findTaken } from '../browser/storage/find-conversations.ts';
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
  /** The ids that `search` finds in storage once all requested writes are done; none if there is no storage. */
  find(search: (store: LabStore) => Promise<string[]>): Promise<string[]>;
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
  const { conversations, ...report } = await importConversations(text, {
    file,
    existing: async (ids) => {
      const taken = new Set(await place.find((store) => findTaken(store, ids)));
      const here = await place.load(ids.filter((id) => taken.has(id) || place.held.has(id)));
      return new Map(here.map((each) => [each.id, each]));
    },
    alike: async (those, added) => {
      const stored = await place.find((store) => findAlike(store, those, added));
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
