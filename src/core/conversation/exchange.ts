import { z } from 'zod';
import { nextTask } from '../async/next-task.ts';
import { LabError } from '../error.ts';
import { checkJson, faultyField, firstFault, parseJson } from '../json.ts';
import { uniqueId } from '../unique-id.ts';
import { AT_ONCE, headOf, headSchema, messageSchema } from './conversation.ts';
import type { Conversation, Message } from './conversation.ts';
import { importFaultText, type ImportFault } from './import-fault.ts';

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
  /** Its place in the file, from 1. */
  number: number;
  /** Its title, as far as it has one. */
  title: string;
  fault: ImportFault;
  /** The place and the fault in English. */
  where: string;
  what: string;
}

export interface Imported {
  /** Conversations to add; their ids are unused. */
  conversations: Conversation[];
  /** Titles of conversations whose messages and prompts are all here already. */
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
 * is wrong and where. One whose messages and prompt are all part of a conversation that is here is not imported again:
 * that one may have grown since. Any other whose id is taken gets a new id, so nothing is overwritten.
 *
 * @throws {LabError} `bad-file` when it is not such a file.
 */
export async function importConversations(text: string, calls: ConversationImportCalls = {}): Promise<Imported> {
  const { file, newId = uniqueId, onRead } = calls;
  const result: Imported = { conversations: [], alreadyHere: [], problems: [] };
  const taken = new Map<string, Conversation>();
  const records = readFile(text, file);
  for (const batch of batches(records)) {
    const read = batch.flatMap(([index, record]) => readConversation(record, index + 1, result.problems) ?? []);
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

/** The stored conversations with the same ids; where these lack something, also those that begin alike. */
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

function readConversation(record: unknown, number: number, problems: ImportProblem[]): Conversation | undefined {
  const read = checkConversation(record);
  if (!('kind' in read)) return read;
  const title = titleOf(record);
  const where = `conversation ${number}${title && ` (${title})`}`;
  problems.push({ number, title, fault: read, where, what: importFaultText(read) });
  return undefined;
}

function checkConversation(record: unknown): Conversation | ImportFault {
  if (messageCount(record) > MOST_MESSAGES)
    return { kind: 'too-long', messages: messageCount(record), most: MOST_MESSAGES };
  const parsed = conversationSchema.safeParse(record);
  if (!parsed.success) return { kind: 'field', field: faultyField(parsed.error), says: firstFault(parsed.error) };
  const { messages: list, ...head } = parsed.data;
  const messages = new Map<string, Message>();
  list.sort((a, b) => a.createdAt - b.createdAt);
  for (const message of list) {
    if (messages.has(message.id)) return { kind: 'twice', id: message.id };
    messages.set(message.id, message);
  }
  const fault = treeFault(messages, head.leaf);
  if (fault) return fault;
  const updatedAt = Math.max(head.updatedAt, list.at(-1)?.createdAt ?? 0);
  return { ...head, updatedAt, messages };
}

/** Why the messages are not a forest that contains `leaf`; undefined if they are. Does not recurse. */
function treeFault(messages: ReadonlyMap<string, Message>, leaf: string | null): ImportFault | undefined {
  if (leaf !== null && !messages.has(leaf)) return { kind: 'no-leaf', id: leaf };
  const rooted = new Set<string>();
  for (const start of messages.keys()) {
    const walked = new Set<string>();
    for (let at: string | null = start; at !== null && !rooted.has(at);) {
      if (walked.has(at)) return { kind: 'circle', id: at };
      walked.add(at);
      const message = messages.get(at);
      if (!message) return { kind: 'no-parent', id: at };
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
    ? record.title.slice(0, 60)
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
 * Whether a conversation has all that another one has: each message, with no rating but its own, and the prompt. Its
 * title, the shown branch and the times do not matter.
 */
function contains(kept: Conversation, other: Conversation): boolean {
  if (kept.systemPrompt !== other.systemPrompt) return false;
  if (other.messages.size === 0) return kept.title === other.title && kept.createdAt === other.createdAt;
  for (const message of other.messages.values()) {
    const now = kept.messages.get(message.id);
    if (!now || !containsMessage(now, message)) return false;
  }
  return true;
}

/** A reply may have been continued since. */
function containsMessage(kept: Message, { parent, speaker, text, rating }: Message): boolean {
  const sameText = speaker === 'supporter' ? kept.text.startsWith(text) : kept.text === text;
  const sameRating = !rating || (kept.rating?.liked === rating.liked && kept.rating.why === rating.why);
  return kept.parent === parent && kept.speaker === speaker && sameText && sameRating;
}
