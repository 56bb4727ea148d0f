import { at } from '../../at.ts';
import { throwIfCancelled } from '../../error.ts';
import type { TokenSpan } from '../representation.ts';
import type { CountTokens, HistoryMethod, UtteranceCompressor } from './history.ts';

export interface BudgetOptions {
  /** Tokens for the texts of the conversation; the caller accounts for what a template adds. */
  tokens: number;
  countTokens: CountTokens;
  /** In order of preference, longest first, e.g. Raw. */
  forms: readonly UtteranceCompressor[];
  /** How many of the first utterances stay, if the budget holds them. Default: none. */
  first?: number | undefined;
}

/**
 * As much of a conversation as a budget holds. Takes as many utterances as fit in their shortest form, from the newest
 * back; then, again from the newest back, gives each the best form that the remaining budget allows.
 */
export function underBudget({ tokens, countTokens, forms: wanted, first = 0 }: BudgetOptions): HistoryMethod {
  const opening = first > 0 ? ` and the first ${first}` : '';
  return {
    id: `budget-${tokens}-${wanted.map(({ id }) => id).join('-')}${first > 0 ? `-first-${first}` : ''}`,
    name: `${wanted.map(({ name }) => name).join(', then ')} in ${tokens} tokens${opening && `,${opening}`}`,
    summary: `As many utterances as fit in ${tokens} tokens${opening}; recent ones keep more words than old ones.`,
    async compact(utterances, signal) {
      const forms: { kept: { text: string; spans: TokenSpan[] }[]; counts: number[] }[] = [];
      for (const { shorten } of wanted) {
        throwIfCancelled(signal);
        const kept = await shorten(
          utterances.map(({ text }) => text),
          signal,
        );
        forms.push({ kept, counts: await countTokens(kept.map(({ text }) => text)) });
      }
      const last = utterances.length - 1;
      const whole = await countTokens(utterances.slice(last).map(({ text }) => text));
      const sizeOf = (form: number, i: number): number => at(at(forms, form).counts, i);
      const shortest = (i: number): number =>
        forms.reduce((best, _, form) => (sizeOf(form, i) < sizeOf(best, i) ? form : best), 0);

      // There is no newest utterance before the first message.
      let left = tokens - (whole[0] ?? 0);
      /** The form of each utterance before the newest; those between `pinned` and `from` are left out. */
      const chosen = utterances.map((_, i) => shortest(i));
      const opened = chosen.slice(0, Math.min(first, Math.max(0, last)));
      const openingSize = opened.reduce((sum, form, i) => sum + sizeOf(form, i), 0);
      const pinned = openingSize <= left ? opened.length : 0;
      if (pinned > 0) left -= openingSize;
      let from = last;
      while (from > pinned && sizeOf(at(chosen, from - 1), from - 1) <= left) {
        from--;
        left -= sizeOf(at(chosen, from), from);
      }
      const stays = (i: number): boolean => i < pinned || i >= from;
      for (let i = last - 1; i >= 0; i--) {
        if (!stays(i)) continue;
        const now = sizeOf(at(chosen, i), i);
        const better = forms.findIndex((_, form) => sizeOf(form, i) - now <= left);
        left -= sizeOf(better, i) - now;
        chosen[i] = better;
      }
      const formOf = (i: number) => (i === last || !stays(i) ? null : at(at(forms, at(chosen, i)).kept, i));
      return {
        sent: utterances.map(({ text }, i) => (i === last ? text : (formOf(i)?.text ?? null))),
        spans: utterances.map((_, i) => formOf(i)?.spans ?? null),
      };
    },
  };
}
