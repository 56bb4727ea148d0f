import { z } from 'zod';
import { assistNoteSchema } from '../assist/note.ts';
import { ENGINE_IDS, FINISH_REASONS } from '../engine/engine.ts';
import { OVERFLOW_IDS } from '../compression/history/overflow.ts';
import { REPRESENTATION_IDS, TAGGER_IDS, UPOS } from '../compression/representation.ts';
import { NEWEST_RULES } from '../context/sent.ts';
import { CRISIS_KINDS } from '../safety/kinds.ts';

/**
 * How far a message got: `complete`; `partial` while it is being written, and permanently if the page was closed
 * meanwhile; `stopped` by the person; `failed` with an error.
 */
const MESSAGE_STATES = ['complete', 'partial', 'stopped', 'failed'] as const;

const count = z.number().int().nonnegative();
const milliseconds = z.number().nonnegative();

export const decodingSchema = z.object({
  temperature: z.number(),
  topP: z.number(),
  topK: z.number(),
  maxNewTokens: z.number(),
  seed: z.number(),
});

/** How a reply was generated: enough to reproduce it. */
export const replyOriginSchema = z.object({
  modelId: z.string(),
  engine: z.enum(ENGINE_IDS).optional(),
  representation: z.enum(REPRESENTATION_IDS),
  tagger: z.enum(TAGGER_IDS).optional(),
  keep: z.array(z.enum(UPOS)).optional(),
  /** Whether negations were kept, which the paper's compressions drop. */
  negations: z.boolean().optional(),
  /** How the newest message was sent. */
  newest: z.enum(NEWEST_RULES).optional().catch(undefined),
  /** What happened to old turns if the conversation had outgrown the window. */
  overflow: z.enum(OVERFLOW_IDS).optional().catch(undefined),
  decoding: decodingSchema,
  /** Why it ended; absent until then. */
  reason: z.enum(FINISH_REASONS).optional(),
  /**
   * Impossible statistics, as some servers report them, are dropped: they must not keep a conversation from being read.
   */
  stats: z
    .object({
      promptTokens: count.nullable().catch(null),
      readTokens: count.optional().catch(undefined),
      newTokens: count,
      firstTokenMs: milliseconds,
      decodeMs: milliseconds,
    })
    .optional()
    .catch(undefined),
  /**
   * Where the reply was resumed after it had been cut or stopped: its length then, in UTF-16 units. Each piece was
   * sampled with `decoding`, seed included; `stats` cover all pieces.
   */
  resumedAt: z.array(count).optional().catch(undefined),
  /** The strategy that the model named before the reply. */
  strategy: z.string().optional().catch(undefined),
  /** Absent for a plain reply. */
  assist: assistNoteSchema.optional().catch(undefined),
});
export type ReplyOrigin = z.output<typeof replyOriginSchema>;

/** Danger noticed in a message; stored with it, so that the message is never compressed later. */
export const noticedSchema = z.object({ level: z.enum(['concern', 'danger']), kinds: z.array(z.enum(CRISIS_KINDS)) });
export type Noticed = z.output<typeof noticedSchema>;

/** What a person thought of a reply. */
const ratingSchema = z.object({ liked: z.boolean(), why: z.string().max(2000) });
export type Rating = z.output<typeof ratingSchema>;

const id = z.string().min(1).max(200);
/** Milliseconds since 1970, within the range of Date. */
const time = z.number().nonnegative().max(8.64e15);

export const messageSchema = z.object({
  id,
  /** The message this one follows; null for one that opens the conversation. */
  parent: id.nullable(),
  speaker: z.enum(['seeker', 'supporter']),
  text: z.string(),
  createdAt: time,
  state: z.enum(MESSAGE_STATES),
  /** Only on replies of a model. If it cannot be read, it is dropped and the message is kept. */
  reply: replyOriginSchema.optional().catch(undefined),
  /** Only on messages of a seeker; values of other versions of the lab are recomputed from the text. */
  noticed: noticedSchema.optional().catch(undefined),
  /** Only on replies that somebody rated. */
  rating: ratingSchema.optional().catch(undefined),
});
/** One node of the tree. Messages with the same parent are versions of each other. */
export type Message = z.output<typeof messageSchema>;

export const headSchema = z.object({
  id,
  /** Empty until the first message or the person provides one. */
  title: z.string(),
  createdAt: time,
  updatedAt: time,
  systemPrompt: z.string(),
  /** The last message of the branch that is shown; null without messages. */
  leaf: id.nullable(),
});
/** A conversation without its messages, for lists. */
export type ConversationHead = z.output<typeof headSchema>;

/** A branching conversation. Immutable: the operations of tree.ts return new ones. */
export interface Conversation extends ConversationHead {
  /** By id, in order of creation. */
  messages: ReadonlyMap<string, Message>;
}

/** Messages that are read or stored in one task: few enough that the page stays responsive on a slow machine. */
export const AT_ONCE = 300;

export const headOf = ({ id, title, createdAt, updatedAt, systemPrompt, leaf }: Conversation): ConversationHead => ({
  id,
  title,
  createdAt,
  updatedAt,
  systemPrompt,
  leaf,
});
