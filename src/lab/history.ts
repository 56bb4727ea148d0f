import { viewContext } from '../core/context/assemble.ts';
import { estimateTokens } from '../core/context/estimate.ts';
import type { ChatMessage } from '../core/context/message.ts';
import type { Utterance } from '../core/dataset/dialogue.ts';
import type { LoadedModel } from '../core/engine/engine.ts';
import { createHistory } from '../core/compression/history/create.ts';
import {
  compactWithCost,
  type CompactedHistory,
  type CountTokens,
  type HistoryCost,
  type HistoryMethod,
} from '../core/compression/history/history.ts';
import { needsModel, type HistorySpec } from '../core/compression/history/spec.ts';
import type { TaggerId } from '../core/compression/representation.ts';
import { compress as sharedCompress, type Compression } from './compression.ts';
import { historyModel } from './history-model.ts';

export { historySchema, needsModel, type HistoryInput, type HistorySpec } from '../core/compression/history/spec.ts';
export type { HistoryCost, HistoryMethod };

/** What a method may need of the lab. */
export interface HistoryParts {
  /** Asked for when a method first needs it, and by some never. */
  model: () => Promise<Pick<LoadedModel, 'info' | 'stream' | 'scorer'>>;
  countTokens: CountTokens;
  /** KeyPOS's. Default: wink. */
  tagger?: TaggerId;
  /** Default: the lab's own. */
  compress?: Compression['compress'];
}

/** A conversation made shorter: what is sent of it, and what that cost. */
export interface Shortened extends CompactedHistory {
  /** The method's. */
  id: string;
  name: string;
  /** What a model would receive, the summary in the system message. */
  messages: ChatMessage[];
  cost: HistoryCost;
}

/** A spec as a method that works with the lab's compression, a model and a tokenizer. */
function openHistory(
  spec: HistorySpec,
  { model, countTokens, tagger, compress = sharedCompress }: HistoryParts,
): HistoryMethod {
  return createHistory(spec, {
    model: {
      score: async (text, signal) => historyModel(await model()).score(text, signal),
      generate: async (prompt, options) => historyModel(await model()).generate(prompt, options),
    },
    countTokens,
    compress: async (texts, options, signal) =>
      (await compress(texts, { ...options, tagger }, signal)).map(({ text }) => text),
  });
}

/**
 * A history of an evaluation plan, with the model that answers. Where that counts no tokens, budgets hold by estimate.
 */
export function historyOfRun(spec: HistorySpec, model: LoadedModel, tagger: TaggerId): HistoryMethod {
  const countTokens: CountTokens = (texts) =>
    model.tokenizer ? model.tokenizer.countTokens(texts) : texts.map(estimateTokens);
  return openHistory(spec, { model: async () => model, countTokens, tagger });
}

/**
 * Makes a conversation shorter and says what that cost. Loading a model is not counted; a tagger that is loaded for the
 * first time is.
 *
 * ```ts
 * const { messages, cost } = await shorten(utterances, { method: 'last', k: 4 }, parts);
 * cost.tokensAfter; // of the texts, without what a template adds
 * ```
 * @throws {LabError} `cancelled`; what the model, the tokenizer or the compression throws.
 */
export async function shorten(
  utterances: readonly Utterance[],
  spec: HistorySpec,
  parts: HistoryParts,
  signal?: AbortSignal,
): Promise<Shortened> {
  const method = openHistory(spec, parts);
  if (needsModel(spec)) await parts.model();
  const { compacted, cost } = await compactWithCost(method, utterances, parts.countTokens, signal);
  const { messages } = await viewContext({ utterances, ...compacted, budget: null, reserve: 0 }, null, signal);
  return {
    id: method.id,
    name: method.name,
    ...compacted,
    messages,
    cost,
  };
}
