import { z } from 'zod';
import { ENGINE_IDS, FINISH_REASONS } from '../engine/engine.ts';
import { REPRESENTATION_IDS, TAGGER_IDS, UPOS } from '../compression/representation.ts';
import { CRISIS_KINDS } from '../safety/kinds.ts';

/**
 * How far a message got: `complete`; `partial` while it is being written, and for good when the page went away in the
 * middle; `stopped` by the person; `failed` by an error.
 */
const MESSAGE_STATES = ['complete', 'partial', 'stopped', 'failed'] as const;

const count = z.number().int().nonnegative();
const milliseconds = z.number().nonnegative();

/** How a reply came about: enough to make it again. */
export const replyOriginSchema = z.object({
  modelId: z.string(),
  engine: z.enum(ENGINE_IDS).optional(),
  representation: z.enum(REPRESENTATION_IDS),
  tagger: z.enum(TAGGER_IDS).optional(),
  keep: z.array(z.enum(UPOS)).optional(),
  decoding: z.object({
    temperature: z.number(),
    topP: z.number(),
    topK: z.number(),
    maxNewTokens: z.number(),
    seed: z.number(),
  }),
  /** Why it ended; absent while it has not. */
  reason: z.enum(FINISH_REASONS).optional(),
  /**
   * Figures that cannot be, as some servers report them, are dropped: they must not keep a conversation from being
   * read.
   */
  stats: z
    .object({
      promptTokens: count.nullable().catch(null),
      newTokens: count,
      firstTokenMs: milliseconds,
      decodeMs: milliseconds,
    })
    .optional()
    .catch(undefined),
});
export type ReplyOrigin = z.output<typeof replyOriginSchema>;

/** Signs of danger that were noticed in a message; stays with it, so that its turn is never compressed later on. */
export const noticedSchema = z.object({ level: z.enum(['concern', 'danger']), kinds: z.array(z.enum(CRISIS_KINDS)) });
export type Noticed = z.output<typeof noticedSchema>;

const id = z.string().min(1).max(200);
/** Milliseconds since 1970, within what Date can hold. */
const time = z.number().nonnegative().max(8.64e15);

export const messageSchema = z.object({
  id,
  /** The message this one follows; null for one that opens the conversation. */
  parent: id.nullable(),
  speaker: z.enum(['seeker', 'supporter']),
  text: z.string(),
  createdAt: time,
  state: z.enum(MESSAGE_STATES),
  /** Only on replies of a model. One that cannot be read is dropped, and the message kept. */
  reply: replyOriginSchema.optional().catch(undefined),
  /** Only on messages of a seeker; what another version of the lab wrote here is read anew from the text. */
  noticed: noticedSchema.optional().catch(undefined),
});
/** One node of the tree. Messages with the same parent are versions of each other. */
export type Message = z.output<typeof messageSchema>;

export const headSchema = z.object({
  id,
  /** Empty until the first message or the person gives one. */
  title: z.string(),
  createdAt: time,
  updatedAt: time,
  systemPrompt: z.string(),
  /** The last message of the branch that is shown; null while there is none. */
  leaf: id.nullable(),
});
/** A conversation without its messages: what a list needs. */
export type ConversationHead = z.output<typeof headSchema>;

/** A branching conversation. Treat as immutable; the operations of tree.ts give new ones. */
export interface Conversation extends ConversationHead {
  /** By id, in the order of their creation. */
  messages: ReadonlyMap<string, Message>;
}

export const headOf = ({ id, title, createdAt, updatedAt, systemPrompt, leaf }: Conversation): ConversationHead => ({
  id,
  title,
  createdAt,
  updatedAt,
  systemPrompt,
  leaf,
});
