import { z } from 'zod';
import { FINISH_REASONS } from '../engine/engine.ts';
import { REPRESENTATION_IDS } from '../compression/representation.ts';
import { decodingSchema } from './conversation.ts';

/** One compression's column of a comparison: what the model was given and what it replied. */
export const columnSchema = z.object({
  representation: z.enum(REPRESENTATION_IDS),
  /** The context as sent. */
  messages: z.array(z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() })),
  reply: z.string(),
  end: z.enum(FINISH_REASONS),
  stats: z.object({
    promptTokens: z.number().nullable(),
    newTokens: z.number(),
    firstTokenMs: z.number(),
    decodeMs: z.number(),
  }),
});
export type Column = z.output<typeof columnSchema>;

/** What a comparison was made from: enough to make it again. */
const taskSchema = z.object({
  modelId: z.string(),
  systemPrompt: z.string(),
  /** All that was said, the message last; if `whole`, it is never compressed. */
  utterances: z.array(z.object({ speaker: z.enum(['seeker', 'supporter']), text: z.string(), whole: z.boolean() })),
  decoding: decodingSchema,
});

/** The same message answered under several compressions with one seed. */
export const comparisonSchema = z.object({
  id: z.string(),
  createdAt: z.number(),
  model: z.string(),
  device: z.string(),
  seed: z.number(),
  /** How many earlier utterances were sent with the message. */
  earlier: z.number(),
  message: z.string(),
  columns: z.array(columnSchema),
  /** Absent from comparisons of earlier versions. */
  task: taskSchema.optional().catch(undefined),
});
export type Comparison = z.output<typeof comparisonSchema>;
