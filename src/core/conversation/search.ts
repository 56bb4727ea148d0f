import { findWords, hasWords, queryWords } from '../dataset/word-search.ts';
import { headOf, type Conversation, type ConversationHead, type Message } from './conversation.ts';
import { signalOf } from './danger.ts';

/** A conversation that a search found. */
export interface FoundConversation extends ConversationHead {
  /** Where a message has words of the query; absent if the title has all of them. */
  passage?: string;
}

/** Maximum characters of a passage, and of what precedes the first word that was found. */
const LONGEST = 120;
const BEFORE = 30;

/** The conversations in whose title or messages (any branch) every word of `query` occurs, in the order given. */
export function searchConversations(conversations: readonly Conversation[], query: string): FoundConversation[] {
  const words = queryWords(query);
  return conversations.flatMap((conversation) => {
    const head = headOf(conversation);
    return foundByTitle(head, words) ?? foundByMessages(head, [...conversation.messages.values()], words) ?? [];
  });
}

/** The conversation, if its title has every word. */
export const foundByTitle = (head: ConversationHead, words: readonly string[]): FoundConversation | null =>
  hasWords([head.title], words) ? head : null;

type Searched = Pick<Message, 'speaker' | 'text' | 'noticed'>;

/** The conversation, if its title and messages have every word. */
export function foundByMessages(
  head: ConversationHead,
  messages: readonly Searched[],
  words: readonly string[],
): FoundConversation | null {
  if (!hasWords([head.title, ...messages.map(({ text }) => text)], words)) return null;
  const passage = passageIn(messages, words);
  return passage === undefined ? head : { ...head, passage };
}

/** None of a conversation about danger: others may see the list. */
function passageIn(messages: readonly Searched[], words: readonly string[]): string | undefined {
  if (messages.some(({ noticed }) => noticed)) return undefined;
  for (const message of messages) {
    const [first] = findWords(message.text, words);
    if (first) return signalOf(message).level === 'none' ? around(message.text, first[0]) : undefined;
  }
  return undefined;
}

/** The part of a text around `at`, in one line, cut between words. */
function around(text: string, at: number): string {
  const start = at <= BEFORE ? 0 : text.indexOf(' ', at - BEFORE) + 1;
  const from = at > BEFORE && (start === 0 || start > at) ? at : start;
  const line = text.slice(from, from + LONGEST).replace(/\s+/g, ' ');
  const whole = from + LONGEST >= text.length;
  return `${from > 0 ? '… ' : ''}${whole ? line : `${line.replace(/ \S*$/, '')} …`}`;
}
