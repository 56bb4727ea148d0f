import type { ChatMessage } from '../../src/core/context/message.ts';
import type { ModelTokenizer } from '../../src/core/context/tokenizer.ts';
import type { LoadedModel, StreamEvent } from '../../src/core/engine/engine.ts';

/** A model that always replies the same and records what it was sent. */
export function listener(
  tokenizer: ModelTokenizer,
  contextWindow: number,
): { model: LoadedModel; heard: ChatMessage[][] } {
  const heard: ChatMessage[][] = [];
  const model: LoadedModel = {
    info: {
      modelId: 'm',
      engine: 'transformers',
      device: 'cpu',
      features: { seed: true, topK: true, resumes: true },
      contextWindow,
    },
    tokenizer,
    async *stream(messages): AsyncGenerator<StreamEvent> {
      heard.push(messages);
      const [promptTokens = 0] = await tokenizer.countTokens([await tokenizer.renderPrompt(messages)], 'prompt');
      yield { type: 'text', text: 'I hear.' };
      yield { type: 'done', reason: 'stop', stats: { promptTokens, newTokens: 2, firstTokenMs: 1, decodeMs: 1 } };
    },
    unload: () => Promise.resolve(),
  };
  return { model, heard };
}
