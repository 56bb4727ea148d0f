import { within } from '../core/async/within.ts';
import type { HistoryTools } from '../core/compression/history/create.ts';
import type { HistoryModel } from '../core/compression/history/history.ts';
import { overflowSpec, RECALL_SHARE, type OverflowId } from '../core/compression/history/overflow.ts';
import type { Overflow, Past } from '../core/context/overflow.ts';
import type { Embedder } from '../core/embedding/embedder.ts';
import type { LoadedModel } from '../core/engine/engine.ts';
import { Lru } from '../core/lru.ts';
import type { CompressOptions } from '../core/compression/options.ts';
import { compress as sharedCompress, type Compression } from './compression.ts';
import { historyModel } from './history-model.ts';
import { pageEmbedder } from './sentences.ts';

/** How a chat that outgrows the window is shortened. */
export interface OverflowChoice {
  id: OverflowId;
  /** The compression of every turn. */
  options: CompressOptions;
  /** The model that is asked, if the method asks one. */
  modelId: string;
  /** Null where it must not be asked now, e.g. while a person is typing; its earlier answers are still known. */
  model: Pick<LoadedModel, 'info' | 'stream' | 'scorer'> | null;
  /** Default: the page's encoder. */
  embedder?: Embedder | undefined;
  /** Milliseconds that a reply waits for it. Default: 8,000. */
  patience?: number | undefined;
  /** Default: the lab's own compression. */
  compress?: Compression['compress'] | undefined;
}

/** Milliseconds that a reply waits for the encoder, which may have to be fetched; the next reply may find it ready. */
const PATIENCE_MS = 8000;

/** Answers of models: between two steps a conversation is shortened to the same form with every turn. */
const summaries = new Lru<string>(300);
const scores = new Lru<Awaited<ReturnType<HistoryModel['score']>>>(60);

/** The model would have to be asked, and is not. */
class Unasked extends Error {
  readonly why: NonNullable<Past['instead']>;
  constructor(why: NonNullable<Past['instead']>) {
    super(why);
    this.why = why;
  }
}

/** Opens a way to shorten a chat. If the model cannot be asked, the oldest turns are dropped instead. */
export function openOverflow({
  id,
  options,
  embedder = pageEmbedder,
  patience = PATIENCE_MS,
  ...asked
}: OverflowChoice): Overflow {
  const { compress = sharedCompress } = asked;
  const { representation: chosen, tagger, keep, negations } = options;
  const tools: Omit<HistoryTools, 'countTokens'> = {
    model: rememberingModel(asked),
    embedder,
    compress: (texts, { representation }, signal) =>
      compress(texts, { representation, tagger, keep, negations }, signal),
  };
  return {
    async shorten(utterances, { tokens, countTokens }, signal) {
      // Most conversations fit the window, so the first page does without this code.
      const { createHistory } = await import('../core/compression/history/create.ts');
      const shortenAs = (way: OverflowId): Promise<Past> =>
        createHistory(overflowSpec(way, tokens, chosen), { ...tools, countTokens }).compact(utterances, signal);
      try {
        return await shortenAs(id);
      } catch (error) {
        if (!(error instanceof Unasked)) throw error;
        return { ...(await shortenAs('drop')), instead: error.why };
      }
    },
    ...(id === 'recall' && {
      recall: {
        share: RECALL_SHARE,
        async find(search, signal) {
          try {
            const { findEarlier } = await import('../core/compression/history/recall.ts');
            return (await within(patience, findEarlier({ ...search, embedder }, signal))) ?? null;
          } catch (error) {
            // A chat continues without its encoder, e.g. without a network; a stopped one stops.
            if (signal?.aborted) throw error;
            return null;
          }
        },
      },
    }),
  };
}

function rememberingModel({ model, modelId }: Pick<OverflowChoice, 'model' | 'modelId'>): HistoryModel {
  const ask = async <Value extends string | readonly unknown[]>(
    known: Lru<Value>,
    key: string,
    answer: (model: HistoryModel) => Promise<Value>,
  ): Promise<Value> => {
    const before = known.get(key);
    if (before !== undefined) return before;
    if (!model) throw new Unasked('later');
    const value = await answer(historyModel(model));
    known.set(key, value);
    return value;
  };
  return {
    score(text, signal) {
      if (model && !model.scorer) return Promise.reject(new Unasked('unsupported'));
      return ask(scores, `${modelId} ${text}`, (each) => each.score(text, signal));
    },
    generate: (prompt, how) =>
      ask(summaries, `${modelId} ${how.maxNewTokens} ${prompt}`, (each) => each.generate(prompt, how)),
  };
}
