import { at } from '../at.ts';
import type { ChatMessage } from '../context/message.ts';
import { splitStrategy } from '../dataset/strategy.ts';
import { growingReply, type PartialReply } from '../engine/collect-reply.ts';
import type { Decoding, LoadedModel } from '../engine/engine.ts';
import { hash } from '../random/fnv1a.ts';
import { LabError } from '../error.ts';

/** One of several sampled replies, and how good the ranker finds it; higher is better. */
export interface Candidate {
  text: string;
  score: number;
}

/** A reply that is chosen from several. */
export interface ChosenReply extends PartialReply {
  /** The reply that is being sampled, from 1. */
  sampling: number;
  /**
   * Only on the last value of a reply that was not stopped: the sampled replies in the order of their seeds and the
   * index of the chosen one, or why none could be chosen and it is the first.
   */
  outcome?: { candidates: Candidate[]; chosen: number } | { problem: string };
}

/** Scores replies to one conversation; higher is better. */
export type ScoreReplies = (replies: readonly string[], signal?: AbortSignal) => Promise<number[]>;

/** The seed of the `index`th of several replies; the first has the seed that was asked for. */
export const candidateSeed = (seed: number, index: number): number => (index === 0 ? seed : hash(`${seed} ${index}`));

interface BestOfRequest {
  messages: ChatMessage[];
  decoding: Decoding;
  /** How many replies to sample. */
  count: number;
  score: ScoreReplies;
}

/**
 * Samples several replies one after the other and ends with the one that scores highest. Values before the last have no
 * text, because nobody knows yet which reply it will be. Stopped, it ends with the first reply, as far as it was
 * written.
 */
export async function* bestOf(
  model: Pick<LoadedModel, 'stream'>,
  { messages, decoding, count, score }: BestOfRequest,
  signal?: AbortSignal,
): AsyncGenerator<ChosenReply, void, void> {
  const finished: PartialReply[] = [];
  for (let index = 0; index < count && !signal?.aborted; index++) {
    const sampling = index + 1;
    const seed = candidateSeed(decoding.seed, index);
    for await (const reply of growingReply(model.stream(messages, { ...decoding, seed }, signal))) {
      if (reply.end) finished.push(reply);
      else yield { text: '', promptTokens: reply.promptTokens, sampling };
    }
  }
  const first = { ...at(finished, 0), sampling: finished.length };
  if (signal?.aborted) {
    yield first;
    return;
  }
  const texts = finished.map(({ text }) => splitStrategy(text.trim()).text);
  const scores = await score(texts, signal).catch((error: unknown) =>
    LabError.from(error, { code: 'worker-lost', what: 'The replies could not be compared' }),
  );
  if (scores instanceof LabError) {
    yield signal?.aborted ? first : { ...first, outcome: { problem: scores.detail.what } };
    return;
  }
  const chosen = scores.indexOf(Math.max(...scores));
  const candidates = texts.map((text, i) => ({ text, score: at(scores, i) }));
  yield { ...first, ...at(finished, chosen), outcome: { candidates, chosen } };
}
