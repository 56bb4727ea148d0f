import { turnKey } from '../evaluation/record.ts';
import type { RunJudge, RunVerdict } from '../judge/run-verdict.ts';
import type { TurnPlace } from './address.ts';
import type { ExploredRecord } from './explored-record.ts';
import type { Partners } from './pairs.ts';
import type { RunIndex, TurnRow } from './run-index.ts';

/** A reply of an open turn with every verdict on it. */
export interface TurnReply {
  record: ExploredRecord;
  judgings: { judge: RunJudge; verdicts: RunVerdict[] }[];
}

/** A turn of a run: every reply to it, and its neighbours. */
export interface OpenTurn {
  reference: string;
  scene: string | null;
  strategies: readonly string[];
  replies: TurnReply[];
  /** The other run's replies to the same turn. */
  others: TurnReply[];
  /** Its position among the turns that match, from 1; null if it does not match. */
  position: number | null;
  /** Number of turns that match. */
  turns: number;
  previous: TurnPlace | null;
  next: TurnPlace | null;
}

interface Opening {
  index: RunIndex;
  other: { index: RunIndex; partners: Partners } | undefined;
  turns: readonly TurnPlace[];
  place: TurnPlace;
}

export function openTurn({ index, other, turns, place }: Opening): OpenTurn | undefined {
  const key = turnKey(place);
  const rows = index.rows.filter(({ record }) => turnKey(record) === key);
  const [first] = rows;
  if (!first) return undefined;
  const at = turns.findIndex((turn) => turnKey(turn) === key);
  const partners = rows.flatMap((row) => other?.partners.get(row.place) ?? []);
  return {
    reference: first.record.reference,
    scene: first.scene,
    strategies: first.strategies,
    replies: rows.map((row) => replyOf(index, row)),
    others: other ? partners.map((row) => replyOf(other.index, row)) : [],
    position: at < 0 ? null : at + 1,
    turns: turns.length,
    previous: turns[at - 1] ?? null,
    next: turns[at + 1] ?? null,
  };
}

function replyOf(index: RunIndex, row: TurnRow): TurnReply {
  return {
    record: row.record,
    judgings: index.judgings
      .map(({ judge }) => ({
        judge,
        verdicts: index.verdictsOn(row, judge.id).toSorted((a, b) => a.round - b.round),
      }))
      .filter(({ verdicts }) => verdicts.length > 0),
  };
}
