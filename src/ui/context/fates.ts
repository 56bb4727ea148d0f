import { count } from '../components/format.ts';
import type { Edge, Fate } from './seen-rows.ts';

/** The mark of one message in the log. */
export const FATES: Readonly<Record<Fate, string>> = {
  left: 'no longer read',
  summarised: 'in the notes',
  shortened: 'shortened',
  quoted: 'quoted again',
};

const ABOVE: readonly [Fate, one: string, many: string][] = [
  ['left', 'is no longer read', 'are no longer read'],
  ['summarised', 'is in the model’s notes', 'are in the model’s notes'],
  ['shortened', 'is shortened', 'are shortened'],
  ['quoted', 'is quoted again', 'are quoted again'],
];

/** What became of the messages above the edge, e.g. "Above, 12 messages are no longer read, 2 are shortened". */
export function edgeText({ counts }: Pick<Edge, 'counts'>): string {
  const parts = ABOVE.flatMap(([fate, one, many]) => {
    const messages = counts[fate] ?? 0;
    return messages > 0 ? [{ messages, verb: messages === 1 ? one : many }] : [];
  });
  const said = parts.map(({ messages, verb }, i) => `${i === 0 ? count(messages, 'message') : messages} ${verb}`);
  return `Above, ${said.join(', ')}`;
}
