import { z } from 'zod';
import { provenanceSchema } from './provenance.ts';

const count = z.int().nonnegative();
const milliseconds = z.number().nonnegative();

/** The result of one model for one supporter turn under one condition: a line of a run's `records.jsonl`. Version 1. */
export const recordSchema = z.object({
  model: z.string(),
  /** Id of the condition: a compression of utterances or a history of the plan. */
  representation: z.string().regex(/^[a-z0-9.-]{1,300}$/),
  dialogue: z.string(),
  /** Index of the turn's first utterance in its dialogue. */
  turn: count,
  /** The original reply. */
  reference: z.string(),
  /** The model's reply; null if none was requested. */
  hypothesis: z.string().nullable(),
  /** The strategy that the model named before its reply, and the dataset's; absent where either is. */
  strategy: z.object({ hyp: z.string(), ref: z.string() }).optional(),
  /** Tokens of the prompt; null if the engine does not report them. */
  promptTokens: count.nullable().catch(null),
  /** Oldest utterances that did not fit the window; in records of version 0.1.0, messages. */
  leftOut: count,
  /** Of the original reply and its end-of-turn token: negative log-likelihood in nats, and tokens. */
  nll: z.object({ sum: z.number(), tokens: count }).nullable(),
  /** The same of the original reply compressed as its context is; absent if the plan does not ask for it. */
  nllCompressed: z.object({ sum: z.number(), tokens: count }).nullable().optional(),
  timing: z
    .object({
      newTokens: count,
      firstTokenMs: milliseconds,
      decodeMs: milliseconds,
      totalMs: milliseconds,
      /** Time to compress or shorten the conversation; absent in records of version 0.2.0 and before. */
      contextMs: milliseconds.optional(),
    })
    .nullable(),
  /** Metrics of the hypothesis by name; numbers, or precision, recall and F. */
  scores: z.record(z.string(), z.union([z.number(), z.tuple([z.number(), z.number(), z.number()])])),
  /** What made the record; absent in records of version 0.2.0 and before. */
  provenance: provenanceSchema.optional(),
  /** Why the turn failed, if it did. */
  error: z.string().optional(),
});

export type ResultRecord = z.output<typeof recordSchema>;
/** A metric's value: a number, or precision, recall and F. */
export type MetricValue = ResultRecord['scores'][string];

/** Identifies a record within its run; resuming skips turns whose key exists. */
export function recordKey({
  model,
  representation,
  dialogue,
  turn,
}: Pick<ResultRecord, 'model' | 'representation' | 'dialogue' | 'turn'>): string {
  return JSON.stringify([model, representation, dialogue, turn]);
}

/** Identifies what one model said in one dialogue under one condition. */
export const conversationKey = ({
  model,
  representation,
  dialogue,
}: Pick<ResultRecord, 'model' | 'representation' | 'dialogue'>): string =>
  JSON.stringify([model, representation, dialogue]);

/** Identifies a turn within a run, whichever model replied to it under whichever condition. */
export const turnKey = ({ dialogue, turn }: Pick<ResultRecord, 'dialogue' | 'turn'>): string => `${turn} ${dialogue}`;
