import type { Conversation, Message } from '../../core/conversation/conversation.ts';
import { newestOf, noticedIn, signalOf } from '../../core/conversation/danger.ts';
import { notice, pathTo } from '../../core/conversation/tree.ts';
import { strongerSignal } from '../../core/safety/kinds.ts';
import type { ChatDependencies } from './chat-dependencies.ts';

/** The conversation on the page. */
interface Page {
  conversation(): Conversation | null;
  /** Called when a message calls for help that has not been shown yet. */
  noticed(conversation: Conversation, message: Message): Promise<void>;
}

/**
 * Asks the classifier about all messages of the person since the last reply. It needs an encoder, which is downloaded
 * after the chat model; until then, and where it is unavailable, the phrases alone decide. Help that is shown stays.
 * Never rejects.
 */
export async function checkNewest(classify: ChatDependencies['classifyDanger'], page: Page): Promise<void> {
  const begun = page.conversation();
  if (!begun) return;
  for (const message of newestOf(pathTo(begun))) await check(classify, page, begun.id, message);
}

async function check(
  classify: ChatDependencies['classifyDanger'],
  page: Page,
  conversation: string,
  message: Message,
): Promise<void> {
  if (signalOf(message).level === 'danger') return;
  const seen = await classify(message.text).catch(() => undefined);
  // Meanwhile the person may have opened another conversation, or written another version of the message.
  const now = page.conversation();
  const found = now?.id === conversation ? now.messages.get(message.id) : undefined;
  if (!seen || !now || !found || found.text !== message.text) return;
  const { level, kinds } = strongerSignal(signalOf(found), seen);
  if (level === 'none' || level === signalOf(found).level) return;
  const changed = notice(now, found.id, { level, kinds });
  await page.noticed(changed, changed.messages.get(found.id) ?? found);
}

/**
 * The conversation with danger that was noticed in a message only once all languages were known, under a name that
 * does not quote it; undefined if there is none.
 */
export function noticedLate(
  conversation: Conversation | null,
  { id, noticed, text }: Message,
): Conversation | undefined {
  const late = noticed ? undefined : noticedIn(text);
  return late && conversation?.messages.has(id) ? notice(conversation, id, late) : undefined;
}
