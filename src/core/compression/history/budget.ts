import { at } from '../../at.ts';
import { throwIfCancelled } from '../../error.ts';
import type { CountTokens, HistoryMethod, UtteranceCompressor } from './history.ts';

export interface BudgetOptions {
  /** Tokens for the texts of the conversation; the caller accounts for what a template adds. */
  tokens: number;
  countTokens: CountTokens;
  /** In order of preference, longest first, e.g. Raw. */
  forms: readonly UtteranceCompressor[];
}

/**
 * As much of a conversation as a budget holds. Takes as many utterances as fit in their shortest form, from the newest
 * back; then, again from the newest back, gives each the best form that the remaining budget allows.
 */
export function underBudget({ tokens, countTokens, forms: wanted }: BudgetOptions): HistoryMethod {
  return {
    id: `budget-${tokens}-${wanted.map(({ id }) => id).join('-')}`,
    name: `${wanted.map(({ name }) => name).join(', then ')} in ${tokens} tokens`,
    summary: `As many utterances as fit in ${tokens} tokens; recent ones keep more words than old ones.`,
    async compact(utterances, signal) {
      const forms: { texts: string[]; counts: number[] }[] = [];
      for (const { shorten } of wanted) {
        throwIfCancelled(signal);
        const texts = await shorten(
          utterances.map(({ text }) => text),
          signal,
        );
        forms.push({ texts, counts: await countTokens(texts) });
      }
      const last = utterances.length - 1;
      const whole = await countTokens(utterances.slice(last).map(({ text }) => text));
      const sizeOf = (form: number, i: number): number => at(at(forms, form).counts, i);
      const shortest = (i: number): number =>
        forms.reduce((best, _, form) => (sizeOf(form, i) < sizeOf(best, i) ? form : best), 0);

      // There is no newest utterance before the first message.
      let left = tokens - (whole[0] ?? 0);
      /** The form of each utterance before the newest; those before `from` are left out. */
      const chosen = utterances.map((_, i) => shortest(i));
      let from = last;
      while (from > 0 && sizeOf(at(chosen, from - 1), from - 1) <= left) {
        from--;
        left -= sizeOf(at(chosen, from), from);
      }
      for (let i = last - 1; i >= from; i--) {
        const now = sizeOf(at(chosen, i), i);
        const better = forms.findIndex((_, form) => sizeOf(form, i) - now <= left);
        left -= sizeOf(better, i) - now;
        chosen[i] = better;
      }
      return {
        sent: utterances.map(({ text }, i) =>
          i === last ? text : i < from ? null : at(at(forms, at(chosen, i)).texts, i),
        ),
      };
    },
  };
}
