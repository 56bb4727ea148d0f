import type { ContextUtterance } from '../context/sent.ts';
import type { ScoreReplies } from './best-of.ts';
import type { FoundExchange } from './exchange-index.ts';
import type { Exchange } from './exchanges.ts';

/** What is done around a model to get better replies. Runs of evaluation plans use none of it. */
export interface AssistSettings {
  /** How many similar exchanges of the corpus come before the conversation; 0 for none. */
  exchanges: number;
  /** From how many sampled replies the best is chosen; 1 takes the first as it comes. */
  bestOf: number;
}

/** Settings of a plain reply. */
export const NO_ASSIST: AssistSettings = { exchanges: 0, bestOf: 1 };

type Said = readonly Pick<ContextUtterance, 'speaker' | 'text'>[];

/** What assisted replies need. */
export interface Assist {
  /** Exchanges of the corpus that resemble what the seeker said last, most similar first. */
  similar(utterances: Said, count: number, signal?: AbortSignal): Promise<FoundExchange[]>;
  /** Scores replies to a conversation. */
  ranker(utterances: Said): ScoreReplies;
}

/** Exchanges as the turns of an earlier conversation; the most similar is nearest to what has to be answered. */
export const asEarlierTurns = (exchanges: readonly Exchange[]): ContextUtterance[] =>
  [...exchanges].reverse().flatMap(({ seeker, supporter }): ContextUtterance[] => [
    { speaker: 'seeker', text: seeker },
    { speaker: 'supporter', text: supporter },
  ]);
