import type { ContextRequest } from '../assemble.ts';
import type { ContextUtterance } from '../sent.ts';

/** A short conversation whose last message has two utterances. */
export const UTTERANCES: ContextUtterance[] = [
  { speaker: 'seeker', text: 'I am so very sad today' },
  { speaker: 'supporter', text: 'What has happened' },
  { speaker: 'seeker', text: 'My dog' },
  { speaker: 'seeker', text: 'has died' },
];
/** A request for it without a limit. */
export const request = (change: Partial<ContextRequest> = {}): ContextRequest => ({
  system: 'Be kind',
  utterances: UTTERANCES,
  budget: null,
  reserve: 0,
  ...change,
});

/** The texts of a context's messages. */
export const contents = ({ messages }: { messages: { content: string }[] }): string[] =>
  messages.map(({ content }) => content);
