import { LabError } from '../../error.ts';
import type { ChatMessage } from '../message.ts';
import type { ModelTokenizer } from '../tokenizer.ts';

/** How a template departs from `[B] (role : text /)* assistant :`. */
export interface Manner {
  /** Drops what the assistant says before the user, as engines do whose template refuses it. */
  strict?: boolean;
  /** A word that makes its text cost more tokens, which no probe can show. */
  costly?: { word: string; words: number };
  /** Refuses a conversation that ends with the assistant. */
  needsUser?: boolean;
}

/** A tokenizer of words that counts its calls. */
export type WordTokenizer = ModelTokenizer & { asked: { renders: number; counts: number } };

/** A tokenizer whose tokens are words. */
export function wordTokenizer({ strict = false, costly, needsUser = false }: Manner = {}): WordTokenizer {
  const asked = { renders: 0, counts: 0 };
  const shown = ({ role, content }: ChatMessage): string => `${role} : ${content} /`;
  return {
    asked,
    async renderPrompt(messages) {
      asked.renders++;
      if (needsUser && messages.at(-1)?.role === 'assistant')
        throw new LabError({ code: 'bad-data', what: 'Refused.' });
      const first = messages.findIndex(({ role }) => role === 'user');
      const taken = messages.filter(({ role }, i) => !strict || role !== 'assistant' || (first >= 0 && i > first));
      const extra =
        costly && taken.some(({ content }) => content.includes(costly.word)) ? ' more'.repeat(costly.words) : '';
      return `[B] ${taken.map(shown).join(' ')} assistant :${extra}`;
    },
    async countTokens(texts) {
      asked.counts++;
      return texts.map((text) => text.split(/\s+/).filter(Boolean).length);
    },
  };
}
