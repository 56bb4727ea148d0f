import { viewContext } from '../core/context/assemble.ts';
import { estimateTokens } from '../core/context/estimate.ts';
import type { ChatMessage } from '../core/context/message.ts';
import type { Utterance } from '../core/dataset/dialogue.ts';
import type { Embedder } from '../core/embedding/embedder.ts';
import type { LoadedModel } from '../core/engine/engine.ts';
import { createHistory } from '../core/compression/history/create.ts';
import {
  compactWithCost,
  type CompactedHistory,
  type CountTokens,
  type HistoryCost,
  type HistoryMethod,
  type HistoryModel,
} from '../core/compression/history/history.ts';
import { rememberingModel } from '../core/compression/history/remembering.ts';
import { needsModel, type HistorySpec } from '../core/compression/history/spec.ts';
import type { TaggerId } from '../core/compression/representation.ts';
import { compress as sharedCompress, type Compression } from './compression.ts';
import { historyModel } from './history-model.ts';
import { pageEmbedder } from './sentences.ts';

export { historySchema, needsModel, type HistoryInput, type HistorySpec } from '../core/compression/history/spec.ts';
export type { HistoryCost, HistoryMethod };

/** What a method may need from the lab. */
export interface HistoryParts {
  /** Called when a method first needs the model; some never do. */
  model: () => Promise<Pick<LoadedModel, 'info' | 'stream' | 'scorer'>>;
  countTokens: CountTokens;
  /** The tagger of KeyPOS. Default: wink. */
  tagger?: TaggerId;
  /** Default: the lab's own compression. */
  compress?: Compression['compress'] | undefined;
  /** Default: the page's encoder. */
  embedder?: Embedder | undefined;
}

/** A shortened conversation: what is sent of it, and the cost. */
export interface Shortened extends Pick<CompactedHistory, 'sent' | 'summary' | 'recalled'> {
  /** Id of the method. */
  id: string;
  name: string;
  /** The messages that a model would receive, the summary in the system message. */
  messages: ChatMessage[];
  cost: HistoryCost;
}

/** Opens a method, which works with the lab's compression, a model and a tokenizer. */
export const openHistory = (spec: HistorySpec, { model, ...parts }: HistoryParts): HistoryMethod =>
  openWith(spec, async () => historyModel(await model()), parts);

function openWith(
  spec: HistorySpec,
  model: () => Promise<HistoryModel>,
  { countTokens, tagger, compress = sharedCompress, embedder = pageEmbedder }: Omit<HistoryParts, 'model'>,
): HistoryMethod {
  return createHistory(spec, {
    model: {
      score: async (text, signal) => (await model()).score(text, signal),
      generate: async (prompt, options) => (await model()).generate(prompt, options),
    },
    countTokens,
    embedder,
    compress: (texts, options, signal) => compress(texts, { ...options, tagger }, signal),
  });
}

/** What the models of runs computed for histories: those that differ in their budgets only ask for the same. */
const remembered = new WeakMap<LoadedModel, HistoryModel>();

/**
 * A history of an evaluation plan, with the model that replies. If that has no tokenizer, budgets use estimates.
 */
export function historyOfRun(
  spec: HistorySpec,
  model: LoadedModel,
  parts: Pick<HistoryParts, 'tagger' | 'embedder'>,
): HistoryMethod {
  const countTokens: CountTokens = (texts) =>
    model.tokenizer ? model.tokenizer.countTokens(texts) : texts.map(estimateTokens);
  const remembering = remembered.get(model) ?? rememberingModel(historyModel(model));
  remembered.set(model, remembering);
  return openWith(spec, async () => remembering, { countTokens, ...parts });
}

/**
 * Shortens a conversation and reports the cost. Loading a model is not included; loading a tagger for the first time
 * is.
 *
 * ```ts
 * const { messages, cost } = await shorten(utterances, { method: 'last', k: 4 }, parts);
 * cost.tokensAfter; // of the texts, without those of the template
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
  const { sent, summary, recalled } = compacted;
  return {
    id: method.id,
    name: method.name,
    sent,
    ...(summary !== undefined && { summary }),
    ...(recalled && { recalled }),
    messages,
    cost,
  };
}
