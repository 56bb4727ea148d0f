import type { Utterance } from '../dataset/dialogue.ts';
import type { Encoder } from '../engine/encoder.ts';
import { LabError } from '../error.ts';
import type { ScoreReplies } from './best-of.ts';
import { rankerContext, replyFeatures } from './reply-features.ts';

/** The trained ranker as in ranker.json: a logistic regression over the features of `replyFeatures`. */
export interface RankerWeights {
  /** SHA-256 of the replies of models that it learned from. */
  replies: string;
  bias: number;
  /** One per feature. */
  weights: number[];
}

type Encode = Pick<Encoder, 'encode'>;

/** The score of a blank reply: lower than any other, and storable. */
const LAST = -1000;

/**
 * The ranker of replies to one conversation: the log-odds that a reply is one of the corpus's own and not a bad one.
 * Blank replies come last.
 */
export function replyRanker(
  encoder: Encode,
  { bias, weights }: RankerWeights,
  utterances: readonly Pick<Utterance, 'speaker' | 'text'>[],
): ScoreReplies {
  const context = rankerContext(utterances);
  return async (replies, signal) => {
    const [query, recent, ...encoded] = await encoder.encode([context.query, context.recent, ...replies], signal);
    return replies.map((text, i) => {
      const reply = encoded[i];
      if (!query || !recent || !reply || text.trim() === '') return LAST;
      const features = replyFeatures(context, text, { query, recent, reply });
      if (features.length !== weights.length) throw otherEncoder(features.length, weights.length);
      return features.reduce((sum, value, at) => sum + value * (weights[at] ?? 0), bias);
    });
  };
}

const otherEncoder = (features: number, weights: number): LabError =>
  new LabError({
    code: 'bad-config',
    what: `The encoder gives ${features} features, and the ranker was trained on ${weights}.`,
    todo: 'Use the encoder that the ranker was trained with, or train it again with npm run ranker -- train.',
  });
