import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { documentationOf } from './lab-documentation.ts';
import { BEFORE_NAME, LAB_FUNCTIONS } from './lab-functions.ts';

const OPTIONS: Completion[] = LAB_FUNCTIONS.map((each) => ({
  label: each.name,
  detail: each.signature.slice(each.name.length),
  info: () => documentationOf(each),
  type: 'function',
}));

const TYPED = new RegExp(`${BEFORE_NAME.source}\\w*$`);

/** Offers the functions of `lab` after `lab.`, with their signatures, and nothing elsewhere. */
export function completeLab(context: CompletionContext): CompletionResult | null {
  const typed = context.matchBefore(TYPED);
  if (!typed) return null;
  return { from: typed.from + typed.text.lastIndexOf('.') + 1, options: OPTIONS, validFor: /^\w*$/ };
}
