import { isBlank } from './build.ts';
import type { ContextUtterance, SentText } from './sent.ts';
import type { TemplateTraits } from './template.ts';

/** The contexts that a conversation can have: each begins at another utterance and goes on to the newest. */
export interface Candidates {
  /** Indices of the utterances that the condition sends. */
  present: number[];
  /** Indices into `present` at which a context may begin, oldest first. */
  starts: number[];
  /** Tokens of the prompt from each start on, as far as they can be told without rendering it. */
  predicted: number[];
}

interface Said {
  utterances: readonly ContextUtterance[];
  sent: readonly SentText[];
  /** Of each text that is sent. */
  tokens: readonly number[];
}

/** Where a context may begin: anywhere, or where the template takes no other opening, at an utterance of the seeker. */
export function candidatesOf(
  { utterances, sent, tokens }: Said,
  { base, perMessage, opening }: TemplateTraits,
): Candidates {
  const present = utterances.flatMap(({ text }, i) => (isBlank(text) || (sent[i]?.text ?? null) === null ? [] : [i]));
  const starts: number[] = [];
  const predicted: number[] = [];
  let total = base;
  for (let place = present.length - 1; place >= 0; place--) {
    const index = present[place] ?? 0;
    const speaker = utterances[index]?.speaker;
    const joins = utterances[present[place + 1] ?? -1]?.speaker === speaker;
    total += (tokens[index] ?? 0) + (joins ? 0 : perMessage);
    if (!opening && speaker !== 'seeker') continue;
    starts.unshift(place);
    predicted.unshift(total);
  }
  return { present, starts, predicted };
}
