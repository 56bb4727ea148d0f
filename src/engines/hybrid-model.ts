import type { ChatMessage } from '../core/context/message.ts';
import type { Decoding, LoadedInfo, LoadedModel, StreamEvent, TextForm, TokenScore } from '../core/engine/engine.ts';

/**
 * One model in two runtimes: replies come from the one that decodes faster, scores from the one that computes many
 * positions at once. The second is brought up when the first score is asked for, so that talking alone pays for one.
 */
export class HybridModel implements LoadedModel {
  readonly info: LoadedInfo;
  #generator: LoadedModel;
  #loadScorer: () => Promise<LoadedModel>;
  #scorer: Promise<LoadedModel> | undefined;

  constructor(generator: LoadedModel, loadScorer: () => Promise<LoadedModel>) {
    this.info = generator.info;
    this.#generator = generator;
    this.#loadScorer = loadScorer;
  }

  renderPrompt(messages: ChatMessage[]): Promise<string> {
    return this.#generator.renderPrompt(messages);
  }

  countTokens(texts: string[], form?: TextForm): Promise<number[]> {
    return this.#generator.countTokens(texts, form);
  }

  stream(messages: ChatMessage[], decoding: Decoding, signal?: AbortSignal): AsyncIterable<StreamEvent> {
    return this.#generator.stream(messages, decoding, signal);
  }

  async score(text: string, signal?: AbortSignal, from = 0): Promise<TokenScore[]> {
    this.#scorer ??= this.#loadScorer().catch((error: unknown) => {
      this.#scorer = undefined;
      throw error;
    });
    return (await this.#scorer).score(text, signal, from);
  }

  async unload(): Promise<void> {
    await this.#generator.unload();
    const scorer = await this.#scorer?.catch(() => undefined);
    await scorer?.unload();
  }
}
