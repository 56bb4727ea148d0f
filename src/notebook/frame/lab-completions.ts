import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import functions from './completions.json' with { type: 'json' };

/** Listed here because it belongs to the frame and is not in the page's table. */
const UNTIL = {
  name: 'until',
  signature: 'until(invalidation: Promise)',
  about: 'The same lab, whose calls are cancelled when the cell runs again.',
};

const OPTIONS: Completion[] = [...functions, UNTIL].map(({ name, signature, about }) => ({
  label: name,
  detail: signature.slice(name.length),
  info: about,
  type: 'function',
}));

/** Offers the functions of `lab` after `lab.`, with their signatures, and nothing elsewhere. */
export function completeLab(context: CompletionContext): CompletionResult | null {
  const typed = context.matchBefore(/\blab(?:\.until\([^()]*\))?\.\w*$/);
  if (!typed) return null;
  return { from: typed.from + typed.text.lastIndexOf('.') + 1, options: OPTIONS, validFor: /^\w*$/ };
}
