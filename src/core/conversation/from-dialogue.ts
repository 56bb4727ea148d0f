import type { Dialogue } from '../dataset/dialogue.ts';
import type { Conversation } from './conversation.ts';
import { append, createConversation, rename, type Clock } from './tree.ts';

/**
 * The first `turns` utterances of a dialogue as a conversation, which is named after its topic. Blank utterances are
 * left out, because no message is blank.
 */
export function conversationFrom(
  { id, scene, utterances }: Dialogue,
  { turns = utterances.length, systemPrompt, clock }: { turns?: number; systemPrompt: string; clock?: Clock },
): Conversation {
  const said = utterances.slice(0, turns).filter(({ text }) => text.trim() !== '');
  const begun = said.reduce(
    (conversation, { speaker, text }) =>
      append(conversation, { speaker, text }, { ...(clock && { clock }) }).conversation,
    createConversation(systemPrompt, clock),
  );
  return rename(begun, [scene, id].filter(Boolean).join(', '));
}
