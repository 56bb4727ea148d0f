import { auc } from '../../src/core/statistics/agreement.ts';
import { mean } from '../../src/core/statistics/descriptive.ts';
import { bootstrapInterval } from '../../src/core/statistics/resampling.ts';
import { intervalText } from '../../src/core/table/summary.ts';
import { REPLY_KINDS, type RankedReply } from './examples.ts';

/**
 * How well scores tell the corpus's replies from each kind of bad one: the area under the ROC curve over all replies,
 * and the share of conversations in which the corpus's reply has the higher score; with 95 % intervals over dialogues.
 */
export function separations(replies: readonly RankedReply[], scores: readonly number[]): string[] {
  const dialogues = new Map<string, { kind: string; score: number }[]>();
  for (const [i, { turn, kind }] of replies.entries()) {
    const list = dialogues.get(turn.dialogue) ?? [];
    list.push({ kind, score: scores[i] ?? 0 });
    dialogues.set(turn.dialogue, list);
  }
  const all = [...dialogues.values()];
  const bad = REPLY_KINDS.filter((kind) => kind !== 'corpus');
  return [['all bad replies', ...bad] as const, ...bad.map((kind) => [kind, kind] as const)].map(([name, ...kinds]) => {
    const parted = all.map((list) => ({
      good: list.filter(({ kind }) => kind === 'corpus').map(({ score }) => score),
      bad: list.filter(({ kind }) => kinds.some((each) => each === kind)).map(({ score }) => score),
    }));
    const wins = parted.flatMap(({ good, bad }) =>
      bad.map((score) => (score < (good[0] ?? 0) ? 1 : score > (good[0] ?? 0) ? 0 : 0.5)),
    );
    const areas = bootstrapInterval(
      (parts: readonly (typeof parted)[number][]) =>
        auc(
          parts.flatMap(({ good }) => good),
          parts.flatMap(({ bad }) => bad),
        ),
      parted,
      { resamples: 300 },
    );
    const within = intervalText(bootstrapInterval(mean, wins), 3);
    return `${name}: ${wins.length} replies, AUC ${intervalText(areas, 3)}, in the same conversation ${within}`;
  });
}
