import { z } from 'zod';
import { REPRESENTATION_IDS, UPOS } from '../representation.ts';

/** More utterances than any conversation of a dataset or the page has. */
const utterances = z.int().min(1).max(5000);
const representation = z.enum(REPRESENTATION_IDS);
const tokens = z.int().min(1).max(1_000_000);

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
    /** Tokens for the summary and the utterances that stay; replaces `keep`. */
    tokens: tokens.optional(),
  }),
  /**
   * Without the share `drop` of words that the model predicts best; with `tokens`, without as few as fit them, and the
   * oldest utterances if that share is not enough.
   */
  z.strictObject({
    method: z.literal('selective'),
    drop: z.number().min(0).max(1).default(0.5),
    tokens: tokens.optional(),
  }),
  /**
   * As much as fits in `tokens` tokens; `representations` in order of preference, longest first. The first `first`
   * utterances stay.
   */
  z.strictObject({
    method: z.literal('budget'),
    tokens,
    representations: z
      .array(representation)
      .min(1)
      .max(REPRESENTATION_IDS.length)
      .default([...REPRESENTATION_IDS]),
    first: utterances.optional(),
  }),
  /**
   * The latest utterances, and up to `most` of those left out that are close in meaning to the newest, quoted before
   * it, in `tokens` tokens. The quotes get at most the share `share`, and have at least the similarity `atLeast`.
   */
  z.strictObject({
    method: z.literal('recall'),
    tokens,
    representation: representation.default('raw'),
    share: z.number().min(0).max(1).default(0.25),
    most: z.int().min(1).max(100).default(4),
    atLeast: z.number().min(-1).max(1).default(0.32),
  }),
]);

export type HistorySpec = z.output<typeof historySchema>;
/** A spec as a person may write it; fields with defaults are optional. */
export type HistoryInput = z.input<typeof historySchema>;

const WITH_MODEL: readonly HistorySpec['method'][] = ['summary', 'selective'];

/** Whether a method calls a model, which takes seconds where others take milliseconds. */
export const needsModel = ({ method }: Pick<HistorySpec, 'method'>): boolean => WITH_MODEL.includes(method);
