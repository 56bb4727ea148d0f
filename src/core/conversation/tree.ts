import { LabError } from '../error.ts';
import { uniqueId } from '../unique-id.ts';
import type { Conversation, Message, Noticed } from './conversation.ts';
import { noticedIn, signalOf } from './danger.ts';
import { neutralTitle, titleFrom } from './title.ts';

/** Time and identifiers, which tests replace. */
export interface Clock {
  now(): number;
  newId(): string;
}
const SYSTEM_CLOCK: Clock = { now: () => Date.now(), newId: uniqueId };

/** A message before it has a place in the tree. */
export type NewMessage = Pick<Message, 'speaker' | 'text'> & Partial<Pick<Message, 'state' | 'reply'>>;

/** A conversation after an operation, and the message that the operation added. */
export interface Grown {
  conversation: Conversation;
  message: Message;
}

export function createConversation(systemPrompt = '', clock = SYSTEM_CLOCK): Conversation {
  const now = clock.now();
  return {
    id: clock.newId(),
    title: '',
    createdAt: now,
    updatedAt: now,
    systemPrompt,
    leaf: null,
    messages: new Map(),
  };
}

/** Adds a message after `parent` (default: the shown leaf) and shows it. */
export function append(
  conversation: Conversation,
  added: NewMessage,
  { parent = conversation.leaf, clock = SYSTEM_CLOCK }: { parent?: string | null; clock?: Clock } = {},
): Grown {
  if (parent !== null) messageOf(conversation, parent);
  const noticed = added.speaker === 'seeker' ? noticedIn(added.text) : undefined;
  const message: Message = {
    id: clock.newId(),
    parent,
    speaker: added.speaker,
    text: added.text,
    // Times never decrease within a conversation, so that sorting by time gives the order of creation.
    createdAt: Math.max(clock.now(), conversation.updatedAt),
    state: added.state ?? 'complete',
    ...(added.reply && { reply: added.reply }),
    ...(noticed && { noticed }),
  };
  const messages = new Map(conversation.messages).set(message.id, message);
  const title =
    conversation.title === '' && added.speaker === 'seeker' ? titleOf(message, conversation) : conversation.title;
  return {
    conversation: { ...conversation, title, messages, leaf: message.id, updatedAt: message.createdAt },
    message,
  };
}

/** Adds another version of a message and shows it; the old version keeps its replies. */
export function editAndBranch(conversation: Conversation, id: string, text: string, clock = SYSTEM_CLOCK): Grown {
  const { speaker, parent } = messageOf(conversation, id);
  return append(conversation, { speaker, text }, { parent, clock });
}

/** Adds an empty sibling of the reply `id`, to be filled. */
export function regenerate(
  conversation: Conversation,
  id: string,
  reply: Message['reply'],
  clock = SYSTEM_CLOCK,
): Grown {
  const { speaker, parent } = messageOf(conversation, id);
  return append(conversation, { speaker, text: '', state: 'partial', reply }, { parent, clock });
}

/** Changes a message, e.g. while a reply grows. The tree's shape does not change. */
export function update(
  conversation: Conversation,
  id: string,
  change: Partial<Pick<Message, 'text' | 'state' | 'reply' | 'noticed' | 'rating'>>,
): Conversation {
  const messages = new Map(conversation.messages).set(id, { ...messageOf(conversation, id), ...change });
  return { ...conversation, messages };
}

/** Stores danger noticed in a message later. A conversation named after the message is renamed. */
export function notice(conversation: Conversation, id: string, noticed: Noticed): Conversation {
  const { text } = messageOf(conversation, id);
  const changed = update(conversation, id, { noticed });
  const named = conversation.title === titleFrom(text);
  return named ? { ...changed, title: titleOf(messageOf(changed, id), conversation) } : changed;
}

/** Shows the branch through `id`, down to its most recent end. */
export function selectSibling(conversation: Conversation, id: string): Conversation {
  messageOf(conversation, id);
  const lastChild = new Map<string | null, string>();
  for (const message of conversation.messages.values()) lastChild.set(message.parent, message.id);
  let leaf = id;
  for (let next = lastChild.get(leaf); next !== undefined; next = lastChild.get(leaf)) leaf = next;
  return { ...conversation, leaf };
}

/** The versions of a message, itself included, oldest first. */
export function siblingsOf(conversation: Conversation, id: string): Message[] {
  const { parent } = messageOf(conversation, id);
  return [...conversation.messages.values()].filter((message) => message.parent === parent);
}

/** The path from the first message to `id` (default: the shown leaf). */
export function pathTo(conversation: Conversation, id: string | null = conversation.leaf): Message[] {
  const path: Message[] = [];
  for (let at = id; at !== null;) {
    const message = messageOf(conversation, at);
    path.push(message);
    at = message.parent;
  }
  return path.reverse();
}

/** A blank title names the conversation after its first message. */
export function rename(conversation: Conversation, title: string): Conversation {
  const named = title.replace(/\s+/gu, ' ').trim();
  if (named !== '') return { ...conversation, title: named };
  const first = [...conversation.messages.values()].find(({ speaker }) => speaker === 'seeker');
  return { ...conversation, title: first ? titleOf(first, conversation) : '' };
}

/** The title made from a message. One that signals danger is not quoted where others may read it. */
const titleOf = (message: Message, { createdAt }: Conversation): string =>
  signalOf(message).level === 'danger' ? neutralTitle(createdAt) : titleFrom(message.text);

/** @throws {LabError} `bad-data` when the conversation has no such message. */
function messageOf(conversation: Conversation, id: string): Message {
  const message = conversation.messages.get(id);
  if (message) return message;
  throw new LabError({
    code: 'bad-data',
    what: `There is no message "${id}" in it.`,
    where: conversation.title || 'The conversation',
    todo: 'Open the conversation again.',
  });
}
