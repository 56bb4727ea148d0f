import { at } from '../at.ts';
import { isBlank } from './build.ts';
import type { ContextUtterance, SentText } from './sent.ts';
import type { TemplateTraits } from './template.ts';

/** The possible contexts of a conversation: each begins at a different utterance and ends with the newest. */
export interface Candidates {
  /** Indices of the utterances that the condition sends. */
  present: number[];
  /** Indices into `present` at which a context may begin, oldest first. */
  starts: number[];
  /** Predicted tokens of the prompt from each start, without rendering it. */
  predicted: number[];
}

interface SentUtterances {
  utterances: readonly ContextUtterance[];
  sent: readonly SentText[];
  /** Tokens of each text that is sent. */
  tokens: readonly number[];
  /** Tokens of the quotes before the newest. */
  quotes?: number;
}

/** A context may begin anywhere, or only at a seeker's utterance if the template accepts no other opening. */
export function candidatesOf(
  { utterances, sent, tokens, quotes = 0 }: SentUtterances,
  { base, perMessage, opening }: TemplateTraits,
): Candidates {
  const present = utterances.flatMap(({ text }, i) => (isBlank(text) || (sent[i]?.text ?? null) === null ? [] : [i]));
  const starts: number[] = [];
  const predicted: number[] = [];
  let total = base + quotes;
  for (let place = present.length - 1; place >= 0; place--) {
    const index = at(present, place);
    const { speaker } = at(utterances, index);
    const joins = utterances[present[place + 1] ?? -1]?.speaker === speaker;
    total += at(tokens, index) + (joins ? 0 : perMessage);
    if (!opening && speaker !== 'seeker') continue;
    starts.unshift(place);
    predicted.unshift(total);
  }
  return { present, starts, predicted };
}
