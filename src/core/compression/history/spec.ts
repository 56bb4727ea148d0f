import { z } from 'zod';
import { REPRESENTATION_IDS, UPOS } from '../representation.ts';

/** More utterances than any conversation of a dataset or the page has. */
const utterances = z.int().min(1).max(5000);
const representation = z.enum(REPRESENTATION_IDS);

/**
 * A way to shorten a conversation, as notebooks and plans write it: `{ "method": "last", "k": 4 }`. `createHistory`
 * makes the method from it.
 */
export const historySchema = z.discriminatedUnion('method', [
  /** Every utterance compressed; `keep` replaces the parts of speech that KeyPOS keeps. */
  z.strictObject({
    method: z.literal('every'),
    representation,
    keep: z.array(z.enum(UPOS)).min(1).max(UPOS.length).optional(),
  }),
  /** The last `k` utterances. */
  z.strictObject({ method: z.literal('last'), k: utterances }),
  z.strictObject({ method: z.literal('first-last'), first: utterances, last: utterances }),
  /** A summary by the model, `block` utterances at a time, then the last `keep` and any incomplete block. */
  z.strictObject({
    method: z.literal('summary'),
    keep: utterances.default(4),
    block: utterances.default(6),
    maxNewTokens: z.int().min(1).max(1024).default(128),
  }),
  /** Without the share `drop` of words that the model predicts best. */
  z.strictObject({ method: z.literal('selective'), drop: z.number().min(0).max(1).default(0.5) }),
  /** As much as fits in `tokens` tokens; `representations` in order of preference, longest first. */
  z.strictObject({
    method: z.literal('budget'),
    tokens: z.int().min(1).max(1_000_000),
    representations: z
      .array(representation)
      .min(1)
      .max(REPRESENTATION_IDS.length)
      .default([...REPRESENTATION_IDS]),
  }),
]);

export type HistorySpec = z.output<typeof historySchema>;
/** A spec as a person may write it; fields with defaults are optional. */
export type HistoryInput = z.input<typeof historySchema>;

const WITH_MODEL: readonly HistorySpec['method'][] = ['summary', 'selective'];

/** Whether a method calls a model, which takes seconds where others take milliseconds. */
export const needsModel = ({ method }: Pick<HistorySpec, 'method'>): boolean => WITH_MODEL.includes(method);
