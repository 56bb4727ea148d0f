import { headOf, type Conversation, type ConversationHead } from '../core/conversation/conversation.ts';
import { importConversations, type ConversationImportProgress, type Imported } from '../core/conversation/exchange.ts';
import { throwIfCancelled } from '../core/error.ts';

export interface ImportReport extends Pick<Imported, 'alreadyHere' | 'problems'> {
  added: ConversationHead[];
}

export interface ImportOptions {
  signal?: AbortSignal;
  /** Called each time a part of the file is stored. */
  onProgress?: (progress: ConversationImportProgress) => void;
}

/** Where conversations are imported. */
interface Place {
  /** Those of these ids that are there already. */
  existing(ids: readonly string[]): Promise<Conversation[]>;
  add(conversations: readonly Conversation[]): Promise<void>;
}

/**
 * Adds the conversations of an exported file, a few hundred messages at a time.
 * @throws {LabError} `bad-file` for any other file, `cancelled`, and what `place` throws. What was added stays.
 */
export async function importInto(
  place: Place,
  text: string,
  { signal, onProgress }: ImportOptions,
): Promise<ImportReport> {
  const { conversations, ...report } = await importConversations(text, {
    existing: async (ids) => new Map((await place.existing(ids)).map((each) => [each.id, each])),
    onRead: async (added, progress) => {
      throwIfCancelled(signal);
      if (added.length > 0) await place.add(added);
      onProgress?.(progress);
    },
  });
  return { ...report, added: conversations.map(headOf) };
}
