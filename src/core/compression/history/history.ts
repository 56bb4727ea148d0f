import { at } from '../../at.ts';
import type { Utterance } from '../../dataset/dialogue.ts';
import type { Compressed, TokenSpan } from '../representation.ts';
import { quoteOf } from './quote.ts';

/** What some methods need of a model; a small adapter makes one from the engines' `LoadedModel`. */
export interface HistoryModel {
  /** Each token of a text with its log-probability in nats; null for the first token, which nothing predicts. */
  score(text: string, signal?: AbortSignal): Promise<readonly { text: string; logprob: number | null }[]>;
  /** The reply to one user message. */
  generate(prompt: string, options: { maxNewTokens: number; signal?: AbortSignal | undefined }): Promise<string>;
}

/** A conversation as a history method leaves it for the context. */
export interface CompactedHistory {
  /** One per utterance: the text sent in its place, or null where it is left out. */
  sent: (string | null)[];
  /** Replaces the utterances left out, if the method writes a summary. */
  summary?: string;
  /** Number of utterances, from the first, that the summary covers. */
  summarised?: number;
  /** Where words were dropped: which words of each utterance stay; null where it is left out or as written. */
  spans?: (readonly TokenSpan[] | null)[];
  /** Indices of utterances that are left out of their place and quoted before the newest, oldest first. */
  recalled?: number[];
}

/** One way to shorten a conversation. The newest utterance is always kept as written. */
export interface HistoryMethod {
  id: string;
  name: string;
  /** One sentence for the interface; names the paper, if any. */
  summary: string;
  compact(utterances: readonly Utterance[], signal?: AbortSignal): Promise<CompactedHistory>;
}

/** A compression of utterances as a history method uses it. On a page its code runs in a worker. */
export interface UtteranceCompressor {
  id: string;
  name: string;
  /** One result per text, in order. */
  shorten: (texts: readonly string[], signal?: AbortSignal) => Promise<Pick<Compressed, 'text' | 'spans'>[]>;
}

/** What a method cost and saved. */
export interface HistoryCost {
  /** Tokens of the texts as written, and as sent with the summary. */
  tokensBefore: number;
  tokensAfter: number;
  /** Utterances left out. */
  leftOut: number;
  milliseconds: number;
}

/** Counts the tokens of texts, each by itself. */
export type CountTokens = (texts: string[]) => Promise<number[]> | number[];

/** Shortens a conversation and reports what that cost. */
export async function compactWithCost(
  method: HistoryMethod,
  utterances: readonly Utterance[],
  countTokens: CountTokens,
  signal?: AbortSignal,
): Promise<{ compacted: CompactedHistory; cost: HistoryCost }> {
  const began = performance.now();
  const compacted = await method.compact(utterances, signal);
  const milliseconds = performance.now() - began;
  const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
  const after = [
    ...compacted.sent.filter((text) => text !== null),
    ...(compacted.summary === undefined ? [] : [compacted.summary]),
    ...(compacted.recalled ?? []).map((i) => quoteOf(at(utterances, i))),
  ];
  return {
    compacted,
    cost: {
      tokensBefore: sum(await countTokens(utterances.map(({ text }) => text))),
      tokensAfter: sum(await countTokens(after)),
      leftOut: compacted.sent.filter((text) => text === null).length,
      milliseconds,
    },
  };
}
