import { groupBy } from '../group.ts';
import { measureInterval } from '../table/cells.ts';
import type { SummaryCell } from '../table/summary.ts';
import type { ResamplingOptions } from '../statistics/resampling.ts';
import type { SliceKind } from './address.ts';
import { groupRows, type ReplyGroup } from './groups.ts';
import { replyMeasure, type RunIndex, type TurnRow } from './run-index.ts';

/** A measure by scene or strategy, with intervals over dialogues as in the table of a run. */
export interface Slices {
  measure: string;
  by: SliceKind;
  slices: {
    /** Null for turns without a scene or strategy. */
    name: string | null;
    dialogues: number;
    groups: { group: ReplyGroup; value: SummaryCell['metrics'][string] }[];
  }[];
}

export interface SliceOptions extends ResamplingOptions {
  by: SliceKind;
  judge: string | null;
}

/**
 * Slices the replies by scene or strategy, the largest slice first. A turn with several strategies is in the slice of
 * each.
 */
export function slicesOf(
  index: RunIndex,
  rows: readonly TurnRow[],
  name: string,
  { by, judge, ...options }: SliceOptions,
): Slices {
  const measure = replyMeasure(name);
  const inSlices = rows.flatMap((row) => {
    const names = by === 'scene' ? [row.scene] : row.strategies.length > 0 ? row.strategies : [null];
    return names.map((slice) => ({ slice, row }));
  });
  const slices = [...groupBy(inSlices, ({ slice }) => slice)].map(([slice, own]) => ({
    name: slice,
    dialogues: new Set(own.map(({ row: { record } }) => record.dialogue)).size,
    groups: groupRows(
      index.plan,
      own.map(({ row }) => row),
    ).flatMap(({ group, rows: together }) => {
      const counted = together
        .filter(({ record }) => !record.failed)
        .map((row) => ({ record: row.record, ...index.scoresOf(row, judge) }))
        .filter((each) => measure?.counts(each));
      return measure && counted.length > 0 ? [{ group, value: measureInterval(measure, counted, options) }] : [];
    }),
  }));
  return {
    measure: name,
    by,
    slices: slices
      .filter(({ groups }) => groups.length > 0)
      .sort((a, b) => Number(a.name === null) - Number(b.name === null) || b.dialogues - a.dialogues),
  };
}
