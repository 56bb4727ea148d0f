import { countWith, type ChatTokenizer } from '../tokenizer/chat-tokenizer.ts';
import type { ModelTokenizer } from './engine.ts';

/**
 * A tokenizer of this thread as a loaded model offers it.
 * @param readable what is counted in place of a rendered prompt, where the engine reads another text. Default: the
 * prompt
 */
export function modelTokenizer(
  tokenizer: ChatTokenizer,
  readable: (prompt: string) => string = (prompt) => prompt,
): ModelTokenizer {
  return {
    renderPrompt: async (messages) => tokenizer.renderPrompt(messages),
    countTokens: async (texts, form) => countWith(tokenizer, form === 'prompt' ? texts.map(readable) : texts, form),
  };
}
