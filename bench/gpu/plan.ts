import { z } from 'zod';

/** The longest that one run may take, from the start of its driver to its table. */
export const LIMIT_SECONDS = 240;
/** Kept for starting browsers, opening pages and the table. */
export const SPARE_SECONDS = 18;

export const KINDS = ['lab', 'transformers', 'wllama', 'webllm', 'train', 'profile'] as const;
export type Kind = (typeof KINDS)[number];

const roundSchema = z.object({ content: z.string().min(1), rendered: z.string().min(1) });

const promptSchema = z.object({
  /** Its length when rendered, in tokens. */
  tokens: z.int().positive(),
  /** Messages of that length, and what the chat template makes of them. They begin differently, so no cache helps. */
  rounds: z.array(roundSchema).min(1),
  /** One more, whose reply is not timed: it compiles shaders. */
  warmUp: roundSchema,
});
export type Prompt = z.infer<typeof promptSchema>;
export type Round = z.infer<typeof roundSchema>;

const measurementSchema = z.object({
  name: z.string().min(1),
  kind: z.enum(KINDS),
  /** Its share of the run. It also gets what those before it left over; the page begins no reply that would not fit. */
  seconds: z.number().positive(),
});
export type Measurement = z.infer<typeof measurementSchema>;

/** What one run measures, the same in a browser that Node drives and in one that Python drives. */
export const planSchema = z
  .object({
    version: z.literal(1),
    /** The model and its weights, for the table. */
    model: z.string(),
    seconds: z.number().positive().max(LIMIT_SECONDS),
    newTokens: z.int().min(2),
    prompts: z.array(promptSchema).min(1),
    training: z.object({
      dialogues: z.array(z.object({ id: z.string(), said: z.array(z.string()).min(2) })).min(1),
      maxTokens: z.int().positive(),
      /** Layers that get an adapter. */
      layers: z.array(z.int().nonnegative()).min(1),
      updates: z.int().positive(),
    }),
    measurements: z.array(measurementSchema).min(1),
  })
  .refine(({ measurements }) => new Set(measurements.map(({ name }) => name)).size === measurements.length, {
    error: 'two measurements have one name',
  })
  .refine(
    ({ seconds, measurements }) =>
      measurements.reduce((sum, measurement) => sum + measurement.seconds, 0) <= seconds - SPARE_SECONDS,
    { error: 'the measurements take longer than the run' },
  );
export type Plan = z.infer<typeof planSchema>;

/** How much of the time each kind gets, and its name in the table. */
const SHARES: Record<Kind, { name: string; share: number }> = {
  lab: { name: 'lab', share: 55 },
  profile: { name: 'lab, one token', share: 25 },
  transformers: { name: 'transformers.js', share: 50 },
  wllama: { name: 'wllama', share: 35 },
  webllm: { name: 'WebLLM', share: 30 },
  train: { name: 'training', share: 27 },
};

/** In the order in which they run: what matters most comes first. */
const ORDER: readonly Kind[] = ['lab', 'profile', 'transformers', 'wllama', 'webllm', 'train'];

/** Divides the time of a run among the kinds that it measures. */
export function divideTime(kinds: readonly Kind[], seconds: number): Measurement[] {
  const wanted = ORDER.filter((kind) => kinds.includes(kind));
  const all = wanted.reduce((sum, kind) => sum + SHARES[kind].share, 0);
  const each = (kind: Kind): number => Math.floor(((seconds - SPARE_SECONDS) * SHARES[kind].share) / all);
  return wanted.map((kind) => ({ name: SHARES[kind].name, kind, seconds: each(kind) }));
}
