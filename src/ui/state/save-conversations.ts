import type { ConversationLibrary } from '../../lab/index.ts';
import { chatTexts } from '../texts/chat.ts';
import type { Toasts } from './toasts.svelte.ts';

interface Host {
  library: Pick<ConversationLibrary, 'all' | 'export'>;
  toasts: Pick<Toasts, 'show'>;
  saveFile(name: string, content: string): void;
}

/**
 * Saves all conversations as a file.
 * @throws {LabError} what `ConversationLibrary.export` throws.
 */
export async function saveConversations(host: Host): Promise<void> {
  host.saveFile(`solace-conversations-${today()}.json`, await host.library.export());
}

/**
 * Saves the ratings of replies as pairs for training; says so if there are none yet.
 * @throws {LabError} what `ConversationLibrary.all` throws.
 */
export async function savePreferences(host: Host): Promise<void> {
  const { preferencePairs } = await import('../../core/conversation/preferences.ts');
  const pairs = preferencePairs(await host.library.all());
  if (pairs.length > 0) host.saveFile(`solace-preferences-${today()}.json`, JSON.stringify(pairs, null, 1));
  else host.toasts.show(chatTexts.noPairs);
}

const today = (): string => new Date().toISOString().slice(0, 10);
