import type { Utterance } from '../../dataset/dialogue.ts';

/**
 * What a model must be able to do for some methods; `LoadedModel` of the engines can be given as one by a small
 * adapter.
 */
export interface HistoryModel {
  /** Each token of a text with its log-probability in nats, null where nothing comes before it. */
  score(text: string, signal?: AbortSignal): Promise<readonly { text: string; logprob: number | null }[]>;
  /** The reply to one message of a user. */
  generate(prompt: string, options: { maxNewTokens: number; signal?: AbortSignal | undefined }): Promise<string>;
}

/** What a whole conversation becomes before it enters the context. */
export interface Compacted {
  /** One an utterance: the text that stands for it, or null where it is left out. */
  sent: (string | null)[];
  /** Stands for the utterances left out, where the method writes such a text. */
  summary?: string;
}

/** One way to make a conversation shorter. The newest utterance is always in, as it was written. */
export interface HistoryMethod {
  id: string;
  name: string;
  /** One sentence for the interface, with the paper where there is one. */
  summary: string;
  compact(utterances: readonly Utterance[], signal?: AbortSignal): Promise<Compacted>;
}

/** One form that utterances can take: a representation as a method uses it. On a page its code runs in a worker. */
export interface UtteranceForm {
  id: string;
  name: string;
  /** One text a text, in order. */
  shorten: (texts: readonly string[], signal?: AbortSignal) => Promise<string[]>;
}

/** What a method took and saved. */
export interface HistoryCost {
  /** Tokens of the texts as they were written, and as they are sent with the summary. */
  tokensBefore: number;
  tokensAfter: number;
  /** Utterances left out. */
  leftOut: number;
  milliseconds: number;
}

/** Counts the tokens of texts, each by itself. */
export type CountTokens = (texts: string[]) => Promise<number[]> | number[];

/** Makes a conversation shorter and says what that cost. */
export async function compactWithCost(
  method: HistoryMethod,
  utterances: readonly Utterance[],
  countTokens: CountTokens,
  signal?: AbortSignal,
): Promise<{ compacted: Compacted; cost: HistoryCost }> {
  const began = performance.now();
  const compacted = await method.compact(utterances, signal);
  const milliseconds = performance.now() - began;
  const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
  const after = [
    ...compacted.sent.filter((text) => text !== null),
    ...(compacted.summary === undefined ? [] : [compacted.summary]),
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
