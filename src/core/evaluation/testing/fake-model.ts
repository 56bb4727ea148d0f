import type { ChatMessage } from '../../context/message.ts';
import type { ScorableModel } from '../../engine/capabilities.ts';
import type { Decoding, FinishReason, LoadedInfo, LoadedModel, StreamEvent } from '../../engine/engine.ts';

/** Options of a fake model. */
export interface FakeManner {
  device?: LoadedInfo['device'];
  /** Called before each reply; may wait or throw. */
  beforeReply?: (messages: ChatMessage[], decoding: Decoding) => void | Promise<void>;
  /** The finish reason of its replies. Default `stop`. */
  reason?: FinishReason;
}

const render = (messages: readonly ChatMessage[]): string =>
  messages.map(({ role, content }) => `<${role}>${content}</s>`).join('');

/** A model whose tokens are characters, each with probability 1/2; it replies with the seed and the last words. */
export function fakeModel({ device = 'cpu', beforeReply, reason = 'stop' }: FakeManner = {}): LoadedModel &
  ScorableModel {
  return {
    info: {
      modelId: 'fake',
      engine: 'transformers',
      device,
      features: { seed: true, topK: true, resumes: true },
      contextWindow: 400,
    },
    tokenizer: {
      renderPrompt: (messages) => Promise.resolve(`${render(messages)}<assistant>`),
      countTokens: (texts) => Promise.resolve(texts.map((text) => tokens(text).length)),
    },
    scorer: {
      score: (text) =>
        Promise.resolve(tokens(text).map((token, i) => ({ id: i, text: token, logprob: i === 0 ? null : -Math.LN2 }))),
    },
    async *stream(messages, decoding): AsyncGenerator<StreamEvent> {
      await beforeReply?.(messages, decoding);
      yield { type: 'text', text: `${decoding.seed} ${messages.at(-1)?.content ?? ''}` };
      yield { type: 'done', reason, stats: { promptTokens: 7, newTokens: 3, firstTokenMs: 1, decodeMs: 2 } };
    },
    unload: () => Promise.resolve(),
  };
}

/** Characters, except that `</s>` and role marks are single tokens. */
function tokens(text: string): string[] {
  return text.match(/<\/?\w+>|[\s\S]/gu) ?? [];
}
