import { z } from 'zod';

const count = z.number().int().nonnegative();

/** What was done around a model for one reply; stored with the reply. */
export const assistNoteSchema = z.object({
  /** The settings; see `AssistSettings`. */
  exchanges: count,
  bestOf: count,
  /** The exchanges of the corpus that stood before the conversation. */
  found: z
    .array(
      z.object({
        dialogue: z.string(),
        turn: count,
        seeker: z.string(),
        supporter: z.string(),
        similarity: z.number(),
      }),
    )
    .optional(),
  /** The sampled replies in the order of their seeds, and the index of the chosen one. */
  candidates: z.array(z.object({ text: z.string(), score: z.number() })).optional(),
  chosen: count.optional(),
  /** Milliseconds from the request to the whole reply. */
  ms: z.number().nonnegative().optional(),
  /** Why the reply is a plain one after all. */
  problem: z.string().optional(),
});
export type AssistNote = z.output<typeof assistNoteSchema>;
