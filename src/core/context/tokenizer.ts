import { LazyMap } from '../async/memoised.ts';
import { at } from '../at.ts';
import { Lru } from '../lru.ts';
import type { ChatMessage } from './message.ts';

/**
 * What a text is: `words` that a person or a dataset wrote, in which control tokens are plain characters, or a rendered
 * `prompt`, in which they are tokens unless marked by `renderPrompt`.
 */
export type TextForm = 'words' | 'prompt';

/** A model's own tokenizer and chat template. */
export interface ModelTokenizer {
  /**
   * Renders messages with the model's own chat template, ready for a reply. Where messages contain the text of control
   * tokens, invisible marks (U+FDD0) keep them apart; `score` and `countTokens` of a prompt understand them.
   */
  renderPrompt(messages: ChatMessage[]): Promise<string>;
  /** Token counts of written texts or of rendered prompts. */
  countTokens(texts: string[], form?: TextForm): Promise<number[]>;
}

/** Longer texts, in UTF-16 units, are not cached. */
const LONGEST_REMEMBERED = 4000;
const MOST_COUNTS = 5000;
const MOST_PROMPTS = 200;

/**
 * A caching tokenizer: a conversation is counted again with every message, and nearly all of it is unchanged. If the
 * tokenizer runs in a worker, each cached answer saves a round trip.
 */
export function rememberingTokenizer(tokenizer: ModelTokenizer): ModelTokenizer {
  const counts = new Lru<number>(MOST_COUNTS);
  const prompts = new LazyMap<string, string>(MOST_PROMPTS);
  return {
    renderPrompt(messages) {
      const key = JSON.stringify(messages);
      if (key.length > LONGEST_REMEMBERED) return tokenizer.renderPrompt(messages);
      return prompts.get(key, () => tokenizer.renderPrompt(messages));
    },
    async countTokens(texts, form = 'words') {
      const keyOf = (text: string): string => `${form} ${text}`;
      const found = new Map<string, number>();
      for (const text of texts) {
        const known = counts.get(keyOf(text));
        if (known !== undefined) found.set(text, known);
      }
      const missing = [...new Set(texts)].filter((text) => !found.has(text));
      const fresh = missing.length > 0 ? await tokenizer.countTokens(missing, form) : [];
      fresh.forEach((count, index) => {
        const text = at(missing, index);
        found.set(text, count);
        if (text.length <= LONGEST_REMEMBERED) counts.set(keyOf(text), count);
      });
      return texts.map((text) => found.get(text) ?? 0);
    },
  };
}
