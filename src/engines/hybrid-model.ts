import { Lazy } from '../core/async/memoised.ts';
import type { ChatMessage } from '../core/context/message.ts';
import { requireScorer } from '../core/engine/capabilities.ts';
import type {
  LoadedInfo,
  LoadedModel,
  ModelScorer,
  ModelTokenizer,
  ReplyRequest,
  StreamEvent,
} from '../core/engine/engine.ts';

/**
 * One model in two runtimes: one decodes replies faster, the other computes the scores of many positions at once. The
 * second is loaded on the first request for a score, so that chatting alone loads only one.
 */
export class HybridModel implements LoadedModel {
  readonly info: LoadedInfo;
  readonly tokenizer: ModelTokenizer | undefined;
  readonly scorer: ModelScorer = {
    score: async (text, signal, from, top) => requireScorer(await this.#scorer.get()).score(text, signal, from, top),
  };
  #generator: LoadedModel;
  #scorer: Lazy<LoadedModel>;

  constructor(generator: LoadedModel, loadScorer: () => Promise<LoadedModel>) {
    this.info = generator.info;
    this.tokenizer = generator.tokenizer;
    this.#generator = generator;
    this.#scorer = new Lazy(loadScorer);
  }

  stream(messages: ChatMessage[], decoding: ReplyRequest, signal?: AbortSignal): AsyncIterable<StreamEvent> {
    return this.#generator.stream(messages, decoding, signal);
  }

  async unload(): Promise<void> {
    await this.#generator.unload();
    const scorer = await this.#scorer.current?.catch(() => undefined);
    await scorer?.unload();
  }
}
