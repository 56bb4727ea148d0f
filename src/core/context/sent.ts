import { at } from '../at.ts';
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

/** How each utterance is sent: as one of many, and as the one to be answered. */
export interface SentForms {
  later: SentText[];
  newest: SentText[];
}

/** The text to send for each utterance: the condition's, unless a rule above overrules it. */
export function sentForms(
  utterances: readonly ContextUtterance[],
  sent: readonly (string | null)[] | undefined,
  rule: NewestRule,
): SentForms {
  const later = utterances.map(({ text: written, whole = false }, index): SentText => {
    const made = sent ? (sent[index] ?? null) : written;
    if (made !== null && whole) return { text: written.trim(), asWritten: 'danger' };
    return { text: made?.trim() ?? null, asWritten: null };
  });
  const newest = utterances.map(({ speaker, text: written }, index): SentText => {
    const form = at(later, index);
    if (form.text === null || form.asWritten || speaker !== 'seeker' || rule === 'compressed') return form;
    if (rule === 'as-written') return { text: written.trim(), asWritten: null };
    return saysNothing(form.text, written) ? { text: written.trim(), asWritten: 'empty' } : form;
  });
  return { later, newest };
}

/** The seeker's newest utterance, the one to be answered; -1 if there is none. */
export const newestIn = (utterances: readonly ContextUtterance[]): number =>
  utterances.findLastIndex(({ speaker, text }) => speaker === 'seeker' && !isBlank(text));

/** Whether words were dropped and none is left; punctuation alone cannot be answered. */
const saysNothing = (sent: string, written: string): boolean =>
  sent.trim() !== written.trim() && !/[\p{L}\p{N}]/u.test(sent);
