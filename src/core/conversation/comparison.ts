import { z } from 'zod';
import { FINISH_REASONS } from '../engine/engine.ts';
import { REPRESENTATION_IDS, REPRESENTATIONS } from '../compression/representation.ts';
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

/** Differences in speed below this share count as equal: repeated runs differ by as much. */
const NOISE = 0.1;

/** A sentence that interprets a comparison; null until Raw and another compression have finished. */
export function readingOf(columns: readonly Column[]): string | null {
  const raw = columns.find((column) => column.representation === 'raw');
  const others = columns.filter((column) => column.representation !== 'raw' && column.end !== 'cancelled');
  if (!raw || raw.end === 'cancelled' || others.length === 0) return null;
  const parts = others.map((other) => {
    const { name } = REPRESENTATIONS[other.representation];
    // An engine keeps what it has read, so the same context is answered at once the second time: no time is compared.
    if (sameMessages(raw, other)) return `${name} sent the same context as Raw`;
    return [name, tokensAgainst(raw, other), timeAgainst(raw, other)].join(' ').trimEnd();
  });
  return `${parts.join('; ')}. One message is an example, not an average.`;
}

const sameMessages = (a: Column, b: Column): boolean =>
  a.messages.length === b.messages.length && a.messages.every(({ content }, i) => content === b.messages[i]?.content);

function tokensAgainst(raw: Column, other: Column): string {
  const a = raw.stats.promptTokens;
  const b = other.stats.promptTokens;
  if (a === null || b === null || a === 0) return 'sent a shorter context';
  if (b === a) return 'sent as many tokens as Raw';
  const share = Math.round((Math.abs(a - b) / a) * 100);
  return `sent ${share} % ${b < a ? 'fewer' : 'more'} tokens than Raw`;
}

function timeAgainst(raw: Column, other: Column): string {
  const a = raw.stats.firstTokenMs;
  const b = other.stats.firstTokenMs;
  if (a <= 0 || b <= 0) return '';
  if (Math.abs(a - b) / a < NOISE) return 'and began its reply at about the same moment';
  const share = Math.round((Math.abs(a - b) / a) * 100);
  return `and began its reply ${share} % ${b < a ? 'sooner' : 'later'}`;
}
