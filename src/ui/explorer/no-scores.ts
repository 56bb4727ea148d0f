import type { RunVerdict } from '../../core/judge/run-verdict.ts';
import { explorerTexts as t } from '../texts/explorer.ts';

/** Why a verdict has no scores. */
export function whyNoScores({ error, refused, unreadable }: RunVerdict): string {
  if (error !== undefined) return t.notAskable(error);
  return refused ? t.refused : t.unreadable(unreadable);
}
