import { at } from '../at.ts';
import type { ContextView } from './assemble.ts';
import { buildContext } from './build.ts';
import type { ChatMessage } from './message.ts';
import type { ContextUtterance } from './sent.ts';

/** A conversation as a model received it, with each utterance as it was written. */
export interface SentConversation extends Pick<ContextView, 'messages' | 'sources' | 'utterances'> {
  written: readonly ContextUtterance[];
}

/** The messages of a context as they would be if one of its utterances had been sent as `text`. */
export function messagesWith(
  { messages, sources, utterances, written }: SentConversation,
  index: number,
  text: string,
): ChatMessage[] {
  return messages.map((message, place) => {
    const indices = at(sources, place);
    if (!indices.includes(index)) return message;
    const contentOf = (textOf: (i: number) => string | null): string => {
      const built = buildContext({ utterances: indices.map((i) => at(written, i)), sent: indices.map(textOf) });
      return at(built.messages, 0).content;
    };
    const sentOf = (i: number): string | null => at(utterances, i).text;
    // Quotes of earlier utterances may come before.
    const before = message.content.slice(0, message.content.length - contentOf(sentOf).length);
    return { ...message, content: before + contentOf((i) => (i === index ? text : sentOf(i))) };
  });
}
