import { z } from 'zod';
import { REPRESENTATION_IDS, UPOS } from '../representation.ts';

/** No conversation of a dataset or a page is longer. */
const utterances = z.int().min(1).max(5000);
const representation = z.enum(REPRESENTATION_IDS);

/**
 * A way to make a conversation shorter, as notebooks and plans write it down:
 * `{ "method": "last", "k": 4 }`. `createHistory` makes the method from it.
 */
export const historySchema = z.discriminatedUnion('method', [
  /** Every utterance under a representation; `keep` replaces the parts of speech that KeyPOS keeps. */
  z.strictObject({
    method: z.literal('every'),
    representation,
    keep: z.array(z.enum(UPOS)).min(1).max(UPOS.length).optional(),
  }),
  /** The last `k` utterances. */
  z.strictObject({ method: z.literal('last'), k: utterances }),
  z.strictObject({ method: z.literal('first-last'), first: utterances, last: utterances }),
  /** A summary by the model, `block` utterances at a time, then the last `keep` and what fills no block. */
  z.strictObject({
    method: z.literal('summary'),
    keep: utterances.default(4),
    block: utterances.default(6),
    maxNewTokens: z.int().min(1).max(1024).default(128),
  }),
  /** Without the share `drop` of words that the model could best have guessed. */
  z.strictObject({ method: z.literal('selective'), drop: z.number().min(0).max(1).default(0.5) }),
  /** What `tokens` tokens of text hold; `representations` in order of preference, longest first. */
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
/** A spec as it may be written, without what has a default. */
export type HistoryInput = z.input<typeof historySchema>;

const WITH_MODEL: readonly HistorySpec['method'][] = ['summary', 'selective'];

/** Whether a method asks a model, which takes seconds where the others take milliseconds. */
export const needsModel = ({ method }: Pick<HistorySpec, 'method'>): boolean => WITH_MODEL.includes(method);
