import type { AssistNote } from '../../core/assist/note.ts';
import type { Conversation, Message, Rating, ReplyOrigin } from '../../core/conversation/conversation.ts';
import { answeredOn, signalOf } from '../../core/conversation/danger.ts';
import { pathTo } from '../../core/conversation/tree.ts';
import type { ReplyStats } from '../../core/engine/engine.ts';
import type { RepresentationId } from '../../core/compression/representation.ts';
import type { CrisisSignal } from '../../core/safety/kinds.ts';

/** A message as the page shows it. */
export interface PageEntry {
  id: string;
  speaker: Message['speaker'];
  text: string;
  writing: boolean;
  /** Its index among the versions of this message, from 0. */
  versions: { index: number; count: number };
  reply: ReplyNote | null;
  /** What the person thought of a reply. */
  rating: Rating | undefined;
  /** Signs of danger in the message. */
  signal: CrisisSignal;
  /** Answers messages of which at least one signals danger, so it is shown only on request. */
  folded: boolean;
}

/** What the margin shows about a reply. */
export interface ReplyNote {
  representation: RepresentationId;
  stats: ReplyStats | null;
  seed: number | null;
  model: string;
  /** The strategy that the model named before the reply, if it does. */
  strategy: string | null;
  /** What was done around the model; null for a plain reply. */
  assist: AssistNote | null;
  /** How often it was resumed after it had been cut or stopped. */
  resumed: number;
  /** Why the reply is incomplete. */
  end: 'stopped' | 'length' | 'filtered' | 'lost' | 'nothing' | null;
}

/** Incomplete replies that can be resumed where they end. */
export const mayResume = ({ end }: ReplyNote): boolean => end === 'length' || end === 'stopped' || end === 'lost';

/** The newest message of the person if help is shown with it, unless the person has hidden it. */
export function helpedEntry(
  entries: readonly PageEntry[],
  hidden: { has(id: string): boolean },
): PageEntry | undefined {
  const newest = entries.findLast(({ speaker }) => speaker === 'seeker');
  return newest && newest.signal.level !== 'none' && !hidden.has(newest.id) ? newest : undefined;
}

/** The entry that was last made of a message. An entry that stays the same object is not rendered again. */
const made = new WeakMap<Message, PageEntry>();

/** The shown branch of a conversation, first message first. `writingId` is the reply that is being written. */
export function pageEntries(conversation: Conversation, writingId: string | null): PageEntry[] {
  const versions = new Map<string | null, string[]>();
  for (const { id, parent } of conversation.messages.values()) {
    const siblings = versions.get(parent);
    if (siblings) siblings.push(id);
    else versions.set(parent, [id]);
  }
  const path = pathTo(conversation);
  const answered = answeredOn(path);
  return path.map((message, i) => {
    const siblings = versions.get(message.parent) ?? [];
    const index = siblings.indexOf(message.id);
    const [writing, folded] = [message.id === writingId, answered[i]?.level === 'danger'];
    const signal = signalOf(message);
    const last = made.get(message);
    const same =
      last?.writing === writing &&
      last.folded === folded &&
      last.signal === signal &&
      last.versions.index === index &&
      last.versions.count === siblings.length;
    if (same) return last;
    const entry = {
      id: message.id,
      speaker: message.speaker,
      text: message.text,
      writing,
      versions: { index, count: siblings.length },
      reply: message.reply ? noteOf(message, message.reply, writingId) : null,
      rating: message.rating,
      signal,
      folded,
    };
    made.set(message, entry);
    return entry;
  });
}

function noteOf(message: Message, reply: ReplyOrigin, writingId: string | null): ReplyNote {
  return {
    representation: reply.representation,
    stats: reply.stats ?? null,
    seed: reply.decoding.seed,
    model: reply.modelId,
    strategy: reply.strategy ?? null,
    assist: reply.assist ?? null,
    resumed: reply.resumedAt?.length ?? 0,
    end: endOf(message, reply, writingId),
  };
}

function endOf(message: Message, reply: ReplyOrigin, writingId: string | null): ReplyNote['end'] {
  if (message.id === writingId) return null;
  if (message.state === 'partial' || message.state === 'failed') return message.text ? 'lost' : 'nothing';
  if (message.state === 'stopped') return 'stopped';
  if (reply.reason === 'content-filter') return 'filtered';
  return reply.reason === 'length' ? 'length' : null;
}
