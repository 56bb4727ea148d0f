import type { Utterance } from '../dataset/dialogue.ts';
import type { EncodedText } from '../engine/encoder.ts';
import { similarityOf } from '../embedding/closest.ts';
import { sentenceEmbedding } from '../embedding/embedder.ts';
import { mean } from '../statistics/descriptive.ts';
import { queryOf } from './exchanges.ts';

/** The texts of a conversation that a reply is compared with. */
export interface RankerContext {
  /** The seeker's newest message; see `queryOf`. */
  query: string;
  /** The last utterances of both. */
  recent: string;
  /** What the supporter said before. */
  replies: string[];
  /** Every word that was written, in lower case. */
  words: ReadonlySet<string>;
}

/** Number of utterances that `recent` holds. */
const RECENT = 4;

export function rankerContext(utterances: readonly Pick<Utterance, 'speaker' | 'text'>[]): RankerContext {
  return {
    query: queryOf(utterances),
    recent: utterances
      .slice(-RECENT)
      .map(({ text }) => text.trim())
      .join(' '),
    replies: utterances.flatMap(({ speaker, text }) => (speaker === 'supporter' ? [text] : [])),
    words: new Set(utterances.flatMap(({ text }) => wordsOf(text))),
  };
}

/** The encodings of a context's texts and of a reply. */
export interface RankerEncodings {
  query: EncodedText;
  recent: EncodedText;
  reply: EncodedText;
}

/** The features that are single numbers, in their order. */
export const NUMBER_FEATURES = [
  'cosine of reply and newest message',
  'cosine of reply and last utterances',
  'how well each token of the reply matches one of the newest message',
  'how well each token of the newest message matches one of the reply',
  'how well each token of the reply matches one of the last utterances',
  'the worst of these matches',
  'words',
  'square of words',
  'sentences',
  'questions',
  'ends with a mark',
  'share of its words that were written before',
  'names and numbers that nobody wrote before',
  'share of its pairs of words that occur once',
  'share of its triples of words that the supporter has used',
  'words that say I',
] as const;

/** Numbers per reply: the single ones, then the embedding of the reply and its product with that of the message. */
export const featureCount = (dimension: number): number => NUMBER_FEATURES.length + 2 * dimension;

/** What the ranker knows of a reply. A change invalidates trained weights. */
export function replyFeatures(
  { replies, words }: RankerContext,
  reply: string,
  { query, recent, reply: encoded }: RankerEncodings,
): Float32Array {
  const [q, h, r] = [query, recent, encoded].map(sentenceEmbedding) as [Float32Array, Float32Array, Float32Array];
  const own = wordsOf(reply);
  const count = Math.max(1, own.length);
  const [toQuery, fromQuery, toRecent] = [matches(encoded, query), matches(query, encoded), matches(encoded, recent)];
  const long = own.filter((word) => word.length > 3);
  const said = new Set(replies.flatMap((text) => grams(wordsOf(text), 3)));
  const triples = grams(own, 3);
  const pairs = grams(own, 2);
  const numbers = [
    similarityOf(q, r),
    similarityOf(h, r),
    meanOf(toQuery),
    meanOf(fromQuery),
    meanOf(toRecent),
    Math.min(1, ...toRecent),
    own.length / 30,
    (own.length / 30) ** 2,
    (reply.match(/[.!?]+/g) ?? []).length / 3,
    (reply.match(/\?/g) ?? []).length,
    /[.!?…"”)]$/u.test(reply.trim()) ? 1 : 0,
    long.filter((word) => words.has(word)).length / Math.max(1, long.length),
    unfounded(reply, words) / 3,
    new Set(pairs).size / Math.max(1, pairs.length),
    triples.filter((triple) => said.has(triple)).length / Math.max(1, triples.length),
    own.filter((word) => /^i('|$)/.test(word)).length / count,
  ];
  return Float32Array.from([...numbers, ...r, ...r.map((value, i) => value * (q[i] ?? 0) * 20)]);
}

/** For each token of `from`, the cosine with the most similar token of `to`, without the special tokens at the ends. */
function matches(from: EncodedText, to: EncodedText): number[] {
  const [a, b] = [rows(from), rows(to)];
  return a.map((row) => b.reduce((best, other) => Math.max(best, similarityOf(row, other)), 0));
}

/** The vectors of the tokens between [CLS] and [SEP], at length 1. */
function rows({ ids, embeddings }: EncodedText): Float32Array[] {
  const dimension = embeddings.length / Math.max(1, ids.length);
  return ids.slice(1, -1).map((_, i) => {
    const row = embeddings.subarray((i + 1) * dimension, (i + 2) * dimension);
    const length = Math.hypot(...row) || 1;
    return row.map((value) => value / length);
  });
}

/** Numbers, and words with a capital inside a sentence, that were not in the conversation. */
function unfounded(reply: string, words: ReadonlySet<string>): number {
  const names = [...reply.matchAll(/(?<=[\p{Ll},;] )\p{Lu}[\p{L}']+|\d[\d.,:]*/gu)].map(
    ([name]) => wordsOf(name)[0] ?? '',
  );
  return names.filter((name) => name !== '' && !/^i('|$)/.test(name) && !words.has(name)).length;
}

const wordsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .replaceAll('’', "'")
    .match(/[\p{L}\p{N}]+(?:'\p{L}+)?/gu) ?? [];

const grams = (words: readonly string[], n: number): string[] =>
  words.slice(n - 1).map((_, i) => words.slice(i, i + n).join(' '));

const meanOf = (values: readonly number[]): number => (values.length === 0 ? 0 : mean(values));
