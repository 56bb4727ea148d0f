import type { AsWritten } from '../compression/representation.ts';
import type { Utterance } from '../dataset/dialogue.ts';
import { isBlank } from './build.ts';

/**
 * How the seeker's newest utterance, the one to be answered, is sent: as the condition left it; as written if the
 * condition leaves nothing of it, because even a "no" needs an answer; or always as written.
 */
export const NEWEST_RULES = ['compressed', 'never-empty', 'as-written'] as const;
export type NewestRule = (typeof NEWEST_RULES)[number];

/** An utterance that may enter a context; if `whole`, it is sent as written under every condition. */
export type ContextUtterance = Pick<Utterance, 'speaker' | 'text'> & { whole?: boolean };

/** How an utterance is sent. */
export interface SentText {
  /** Null if the condition leaves it out. */
  text: string | null;
  /** Why it is sent as written, if the condition was overruled. */
  asWritten: AsWritten | null;
}

/** The text to send for each utterance: the condition's, unless a rule above overrules it. */
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

/** Whether words were dropped and none is left; punctuation alone cannot be answered. */
const saysNothing = (sent: string, written: string): boolean =>
  sent.trim() !== written.trim() && !/[\p{L}\p{N}]/u.test(sent);
