import { countWith, type ChatTokenizer } from '../tokenizer/chat-tokenizer.ts';
import type { ModelTokenizer } from './engine.ts';

/**
 * A tokenizer of this thread with the interface of a loaded model.
 * @param readable the text to count instead of a rendered prompt, if the engine reads another text. Default: the prompt
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
