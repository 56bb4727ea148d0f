import type { AsWritten } from '../compression/representation.ts';
import type { Utterance } from '../dataset/dialogue.ts';
import { isBlank } from './build.ts';

/**
 * How the seeker's newest utterance is sent, the one that is to be answered: as the condition left it; as it was
 * written where the condition leaves nothing of it, because even a "no" needs an answer; or always as it was written.
 */
export const NEWEST_RULES = ['compressed', 'never-empty', 'as-written'] as const;
export type NewestRule = (typeof NEWEST_RULES)[number];

/** An utterance that may enter a context; one that is `whole` is sent as it was written under every condition. */
export type ContextUtterance = Pick<Utterance, 'speaker' | 'text'> & { whole?: boolean };

/** What is sent for an utterance. */
export interface SentText {
  /** Null where the condition leaves it out. */
  text: string | null;
  /** Why it is sent as it was written whatever the condition made of it. */
  asWritten: AsWritten | null;
}

/** What is sent for each utterance: what the condition made of it, except where the rules above say otherwise. */
export function sentTexts(
  utterances: readonly ContextUtterance[],
  sent: readonly (string | null)[] | undefined,
  rule: NewestRule,
): SentText[] {
  const newest = utterances.findLastIndex(({ speaker, text }) => speaker === 'seeker' && !isBlank(text));
  return utterances.map(({ text: written, whole = false }, index) => {
    const made = sent ? (sent[index] ?? null) : written;
    if (made === null) return { text: null, asWritten: null };
    if (whole) return { text: written.trim(), asWritten: 'danger' };
    if (index !== newest || rule === 'compressed') return { text: made.trim(), asWritten: null };
    if (rule === 'as-written') return { text: written.trim(), asWritten: null };
    return saysNothing(made, written)
      ? { text: written.trim(), asWritten: 'empty' }
      : { text: made.trim(), asWritten: null };
  });
}

/** Whether words were dropped and none is left; a full stop is no answer. */
const saysNothing = (sent: string, written: string): boolean =>
  sent.trim() !== written.trim() && !/[\p{L}\p{N}]/u.test(sent);
