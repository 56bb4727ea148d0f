import { z } from 'zod';
import { nextTask } from '../async/next-task.ts';
import { LabError } from '../error.ts';
import { checkJson, firstFault, parseJson } from '../json.ts';
import { uniqueId } from '../unique-id.ts';
import { AT_ONCE, headOf, headSchema, messageSchema } from './conversation.ts';
import type { Conversation, Message } from './conversation.ts';

const EXCHANGE_FORMAT = 'solace-lab/conversations';
const EXCHANGE_VERSION = 1;
/** More messages than anyone writes; a larger file is refused so that it does not stall the page. */
export const MOST_MESSAGES = 100_000;

const fileSchema = z.object({
  format: z.literal(EXCHANGE_FORMAT),
  version: z.number(),
  conversations: z.array(z.unknown()),
});
const conversationSchema = headSchema.extend({ messages: z.array(messageSchema) });

/** A record that could not be imported, and why. */
export interface ImportProblem {
  where: string;
  what: string;
}

export interface Imported {
  /** Conversations to add; their ids are unused. */
  conversations: Conversation[];
  /** Titles of conversations whose messages are all here already. */
  alreadyHere: string[];
  problems: ImportProblem[];
}

export interface ConversationImportCalls {
  /** The name of the file, for errors. */
  file?: string | undefined;
  /** Finds which of these ids are taken, and by what. */
  existing?: (ids: readonly string[]) => Promise<ReadonlyMap<string, Conversation>>;
  /**
   * Finds others that may contain one of these, because they were created at the same time and have its first message.
   * @param added ids of this import, which are not looked for: a file that has a conversation twice is imported whole
   */
  alike?: (those: readonly Conversation[], added: ReadonlySet<string>) => Promise<readonly Conversation[]>;
  newId?: () => string;
  /**
   * Called with what was read so far, a few hundred messages at a time, and awaited. What it throws ends the import.
   * @param added the conversations to add since the last call
   */
  onRead?: (added: readonly Conversation[], progress: ConversationImportProgress) => Promise<void>;
}

/** How far an import got, in conversations. */
export interface ConversationImportProgress {
  added: number;
  alreadyHere: number;
  /** What was added, was there already or could not be read. */
  done: number;
  /** What the file has. */
  of: number;
}

/** The conversations as the text of a JSON file. */
export function exportConversations(conversations: readonly Conversation[], now = new Date()): string {
  return JSON.stringify(
    {
      format: EXCHANGE_FORMAT,
      version: EXCHANGE_VERSION,
      exportedAt: now.toISOString(),
      conversations: conversations.map(toRecord),
    },
    null,
    1,
  );
}

/**
 * Reads a file that `exportConversations` wrote. Valid conversations are imported; for the others `problems` says what
 * is wrong and where. One whose messages are all part of a conversation that is here is not imported again: that one
 * has grown since the file was written. Any other whose id is taken gets a new id, so nothing is overwritten.
 *
 * @throws {LabError} `bad-file` when it is not such a file.
 */
export async function importConversations(text: string, calls: ConversationImportCalls = {}): Promise<Imported> {
  const { file, newId = uniqueId, onRead } = calls;
  const result: Imported = { conversations: [], alreadyHere: [], problems: [] };
  const taken = new Map<string, Conversation>();
  const records = readFile(text, file);
  for (const batch of batches(records)) {
    const read = batch.flatMap(
      ([index, record]) =>
        readConversation(record, `conversation ${index + 1}${titleOf(record)}`, result.problems) ?? [],
    );
    const here = await rivalsOf(read, taken, calls);
    const before = result.conversations.length;
    for (const conversation of read) {
      const rival = taken.get(conversation.id) ?? here.rivals.get(conversation.id);
      if ([rival ?? [], here.alike].flat().some((each) => contains(each, conversation))) {
        result.alreadyHere.push(conversation.title);
        continue;
      }
      const added = rival ? { ...conversation, id: newId() } : conversation;
      taken.set(added.id, added);
      result.conversations.push(added);
    }
    const [added, alreadyHere] = [result.conversations.length, result.alreadyHere.length];
    const done = added + alreadyHere + result.problems.length;
    await onRead?.(result.conversations.slice(before), { added, alreadyHere, done, of: records.length });
    await nextTask();
  }
  return result;
}

/** What is here of conversations: those with their ids, and for what these do not contain, others that begin alike. */
async function rivalsOf(
  read: readonly Conversation[],
  taken: ReadonlyMap<string, Conversation>,
  { existing, alike }: ConversationImportCalls,
): Promise<{ rivals: ReadonlyMap<string, Conversation>; alike: readonly Conversation[] }> {
  const rivals = (await existing?.(read.map(({ id }) => id))) ?? new Map<string, Conversation>();
  const rest = read.filter((each) => {
    const rival = taken.get(each.id) ?? rivals.get(each.id);
    return !rival || !contains(rival, each);
  });
  const others = rest.length > 0 ? await alike?.(rest, new Set(taken.keys())) : undefined;
  return { rivals, alike: others ?? [] };
}

/** The records with their indices, in pieces of about `AT_ONCE` messages. */
function* batches(records: readonly unknown[]): Generator<[index: number, record: unknown][]> {
  let batch: [index: number, record: unknown][] = [];
  let size = 0;
  for (const each of records.entries()) {
    batch.push(each);
    size += 1 + messageCount(each[1]);
    if (size < AT_ONCE) continue;
    yield batch;
    batch = [];
    size = 0;
  }
  if (batch.length > 0) yield batch;
}

function readFile(text: string, where = 'The file of conversations'): unknown[] {
  const refusal = { code: 'bad-file', todo: 'Choose a file that Export wrote.' } as const;
  const content = parseJson(text, where, { ...refusal, what: 'It is not JSON' });
  const file = checkJson(fileSchema, content, where, { ...refusal, what: 'It is not an export of conversations' });
  if (file.version === EXCHANGE_VERSION) return file.conversations;
  const what = `Its version is ${file.version}, and this lab reads version ${EXCHANGE_VERSION}.`;
  throw new LabError({ code: 'bad-file', where, what, todo: 'Update the lab.' });
}

function readConversation(record: unknown, where: string, problems: ImportProblem[]): Conversation | undefined {
  const refuse = (what: string): undefined => {
    problems.push({ where, what });
    return undefined;
  };
  if (messageCount(record) > MOST_MESSAGES) {
    refuse(`It has ${messageCount(record)} messages; at most ${MOST_MESSAGES} are read.`);
    return;
  }
  const parsed = conversationSchema.safeParse(record);
  if (!parsed.success) {
    refuse(`${firstFault(parsed.error)}.`);
    return;
  }
  const { messages: list, ...head } = parsed.data;
  const messages = new Map<string, Message>();
  list.sort((a, b) => a.createdAt - b.createdAt);
  for (const message of list) {
    if (messages.has(message.id)) {
      refuse(`Two messages have the id "${message.id}".`);
      return;
    }
    messages.set(message.id, message);
  }
  const fault = treeFault(messages, head.leaf);
  if (fault) {
    refuse(fault);
    return;
  }
  const updatedAt = Math.max(head.updatedAt, list.at(-1)?.createdAt ?? 0);
  return { ...head, updatedAt, messages };
}

/** Why the messages are not a forest that contains `leaf`; undefined if they are. Does not recurse. */
function treeFault(messages: ReadonlyMap<string, Message>, leaf: string | null): string | undefined {
  if (leaf !== null && !messages.has(leaf)) return `Its last message "${leaf}" is missing.`;
  const rooted = new Set<string>();
  for (const start of messages.keys()) {
    const walked = new Set<string>();
    for (let at: string | null = start; at !== null && !rooted.has(at);) {
      if (walked.has(at)) return `Message "${at}" follows itself in a circle.`;
      walked.add(at);
      const message = messages.get(at);
      if (!message) return `A message follows "${at}", which is missing.`;
      at = message.parent;
    }
    for (const id of walked) rooted.add(id);
  }
  return undefined;
}

function messageCount(record: unknown): number {
  return typeof record === 'object' && record !== null && 'messages' in record && Array.isArray(record.messages)
    ? record.messages.length
    : 0;
}

function titleOf(record: unknown): string {
  return typeof record === 'object' && record !== null && 'title' in record && typeof record.title === 'string'
    ? ` (${record.title.slice(0, 60)})`
    : '';
}

const toRecord = (conversation: Conversation) => ({
  ...headOf(conversation),
  messages: [...conversation.messages.values()].map(importable),
});

/** A message as `messageSchema` reads it, so that every export can be imported, whatever was stored. */
function importable(message: Message): Message {
  const checked = messageSchema.safeParse(JSON.parse(JSON.stringify(message)));
  return checked.success ? checked.data : message;
}

/**
 * Whether a conversation has all that another one has: each message, with no rating but its own, and the same prompt
 * unless it has grown since. Its title, the shown branch and the times do not matter.
 */
function contains(kept: Conversation, other: Conversation): boolean {
  const samePrompt = kept.systemPrompt === other.systemPrompt;
  if (other.messages.size === 0) return samePrompt && kept.title === other.title && kept.createdAt === other.createdAt;
  let grown = kept.messages.size > other.messages.size;
  for (const message of other.messages.values()) {
    const now = kept.messages.get(message.id);
    if (!now || !containsMessage(now, message)) return false;
    grown ||= now.text.length > message.text.length;
  }
  return samePrompt || grown;
}

/** A reply may have been continued since. */
function containsMessage(kept: Message, { parent, speaker, text, rating }: Message): boolean {
  const sameText = speaker === 'supporter' ? kept.text.startsWith(text) : kept.text === text;
  const sameRating = !rating || (kept.rating?.liked === rating.liked && kept.rating.why === rating.why);
  return kept.parent === parent && kept.speaker === speaker && sameText && sameRating;
}
