import type { Utterance } from '../dataset/dialogue.ts';
import type { EvaluationPlan } from '../evaluation/plan.ts';
import { recordKey, turnKey, type ResultRecord } from '../evaluation/record.ts';
import { groupBy } from '../group.ts';
import { ownHistory, repliesBefore } from '../evaluation/roll-out.ts';
import type { SupporterTurn } from '../evaluation/turns.ts';
import type { PairwiseItem } from './side-by-side.ts';

/** One model under one condition. */
export type CellRef = Pick<ResultRecord, 'model' | 'representation'>;

/**
 * The turns that two cells of a run answered differently, for people to choose between. The conversations of a roll-out
 * part: only replies to the same one can be compared.
 */
export function contestsBetween(
  [first, second]: readonly [CellRef, CellRef],
  { mode }: Pick<EvaluationPlan, 'mode'>,
  turns: readonly SupporterTurn[],
  records: readonly ResultRecord[],
): PairwiseItem[] {
  const replies = new Map(records.map((record) => [recordKey(record), record.hypothesis]));
  const ofDialogue = groupBy(records, ({ dialogue }) => dialogue);
  const before = (cell: CellRef, { dialogue, turn, before: original }: SupporterTurn): readonly Utterance[] =>
    mode === 'roll-out'
      ? ownHistory(original, repliesBefore(ofDialogue.get(dialogue) ?? [], { ...cell, dialogue, turn }))
      : original;
  return turns.flatMap((turn) => {
    const [a, b] = [first, second].map((cell) => replies.get(recordKey({ ...cell, ...placeOf(turn) })));
    if (!a || !b || a === b) return [];
    const context = before(first, turn);
    return sameTexts(context, before(second, turn)) ? [{ id: turnKey(turn), context, first: a, second: b }] : [];
  });
}

const placeOf = ({ dialogue, turn }: SupporterTurn) => ({ dialogue, turn });

const sameTexts = (a: readonly Utterance[], b: readonly Utterance[]): boolean =>
  a.length === b.length && a.every(({ text }, i) => text === b[i]?.text);
