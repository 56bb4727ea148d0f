import type { RunVerdict } from '../../core/judge/run-verdict.ts';

/** Why a verdict has no scores. */
export function whyNoScores({ error, refused, unreadable }: RunVerdict): string {
  if (error !== undefined) return `it could not be asked: ${error}`;
  if (refused) return 'it refused';
  return `none of its ${unreadable} answers could be read`;
}
