import type { Conversation, ConversationHead, Message } from './conversation.ts';
import { headOf } from './conversation.ts';

/** What one version of a conversation has and another lacks. */
export interface ConversationChange {
  id: string;
  head: Partial<Omit<ConversationHead, 'id'>>;
  messages: Message[];
}

/** What is new in `after`; everything, without `before`. Messages are compared by identity. */
export function changeBetween(before: Conversation | undefined, after: Conversation): ConversationChange {
  const { id, ...head } = headOf(after);
  if (!before) return { id, head, messages: [...after.messages.values()] };
  const changed = Object.entries(head).filter(([field, value]) => before[field as keyof typeof head] !== value);
  return {
    id,
    head: Object.fromEntries(changed),
    messages: [...after.messages.values()].filter((message) => before.messages.get(message.id) !== message),
  };
}

/** The messages of both versions; where they differ, `mine` wins. */
export function merge(mine: Conversation, theirs: Conversation): Conversation {
  const all = [...new Map([...theirs.messages, ...mine.messages]).values()].sort((a, b) => a.createdAt - b.createdAt);
  return {
    ...mine,
    updatedAt: Math.max(mine.updatedAt, theirs.updatedAt),
    messages: new Map(all.map((message) => [message.id, message])),
  };
}
