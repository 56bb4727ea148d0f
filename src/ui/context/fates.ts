import { chatTexts } from '../texts/chat.ts';
import type { Edge, Fate } from './seen-rows.ts';

const ORDER: readonly Fate[] = ['left', 'summarised', 'shortened', 'quoted'];

/** What became of the messages above the edge, e.g. "Above, 12 messages are no longer read, 2 are shortened". */
export function edgeText({ counts }: Pick<Edge, 'counts'>): string {
  const parts = ORDER.flatMap((fate) => {
    const messages = counts[fate] ?? 0;
    const [one, many] = chatTexts.became[fate];
    return messages > 0 ? [{ messages, verb: messages === 1 ? one : many }] : [];
  });
  const said = parts.map(({ messages, verb }, i) => `${i === 0 ? chatTexts.messages(messages) : messages} ${verb}`);
  return chatTexts.above(said.join(', '));
}
