import type { Utterance } from '../dataset/dialogue.ts';
import type { Encoder } from '../engine/encoder.ts';
import { LabError } from '../error.ts';
import type { ScoreReplies } from './best-of.ts';
import { rankerContext, replyFeatures } from './reply-features.ts';

/** A fitted logistic regression. */
export interface Fitted {
  bias: number;
  /** One per feature, as it is given. */
  weights: ArrayLike<number>;
}

/** The trained ranker as in ranker.json: a logistic regression over the features of `replyFeatures`. */
export interface RankerWeights extends Fitted {
  /** SHA-256 of the replies of models that it learned from. */
  replies: string;
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
  ranker: RankerWeights,
  utterances: readonly Pick<Utterance, 'speaker' | 'text'>[],
): ScoreReplies {
  const context = rankerContext(utterances);
  return async (replies, signal) => {
    const [query, recent, ...encoded] = await encoder.encode([context.query, context.recent, ...replies], signal);
    return replies.map((text, i) => {
      const reply = encoded[i];
      if (!query || !recent || !reply || text.trim() === '') return LAST;
      const features = replyFeatures(context, text, { query, recent, reply });
      const { length } = ranker.weights;
      if (features.length !== length) throw otherEncoder(features.length, length);
      return scoreOf(ranker, features);
    });
  };
}

/** The log-odds that a logistic regression gives to a reply with these features. */
export const scoreOf = ({ bias, weights }: Fitted, features: Float32Array): number =>
  features.reduce((sum, value, i) => sum + value * (weights[i] ?? 0), bias);

const otherEncoder = (features: number, weights: number): LabError =>
  new LabError({
    code: 'bad-config',
    what: `The encoder gives ${features} features, and the ranker was trained on ${weights}.`,
    todo: 'Use the encoder that the ranker was trained with, or train it again with npm run ranker -- train.',
  });
