import { preferencePairs } from '../../core/conversation/preferences.ts';
import type { ConversationLibrary } from '../../lab/index.ts';
import { chatTexts } from '../texts/chat.ts';
import type { Toasts } from './toasts.svelte.ts';

interface Host {
  library: Pick<ConversationLibrary, 'all'>;
  toasts: Pick<Toasts, 'show'>;
  saveFile(name: string, content: string): void;
}

/**
 * Saves the ratings of replies as pairs for training; says so if there are none yet.
 * @param day part of the file's name
 * @throws {LabError} what `ConversationLibrary.all` throws.
 */
export async function savePreferences(host: Host, day: string): Promise<void> {
  const pairs = preferencePairs(await host.library.all());
  if (pairs.length > 0) host.saveFile(`solace-preferences-${day}.json`, JSON.stringify(pairs, null, 1));
  else host.toasts.show(chatTexts.noPairs);
}
