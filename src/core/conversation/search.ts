import { hasWords, queryWords } from '../dataset/word-search.ts';
import type { Conversation } from './conversation.ts';

/** The conversations in whose title or messages (any branch) every word of `query` occurs, in the order given. */
export function searchConversations(conversations: readonly Conversation[], query: string): Conversation[] {
  const words = queryWords(query);
  return conversations.filter((conversation) => hasWords(textsOf(conversation), words));
}

function* textsOf(conversation: Conversation): Generator<string> {
  yield conversation.title;
  for (const { text } of conversation.messages.values()) yield text;
}
