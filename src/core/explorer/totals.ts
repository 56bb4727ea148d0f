import { groupRows, type ReplyGroup } from './groups.ts';
import { replyMeasure, type RunIndex, type TurnRow } from './run-index.ts';

/** Measures over replies of one model under one condition, as the table of a run computes them. */
export interface Total {
  group: ReplyGroup;
  replies: number;
  /** The asked measures, null where no reply has one. */
  values: (number | null)[];
}

/** The measures over some replies of a run, for each model and condition among them. */
export function totalsOf(
  index: RunIndex,
  rows: readonly TurnRow[],
  columns: readonly string[],
  judge: string | null,
): Total[] {
  return groupRows(index.plan, rows).map(({ group, rows: together }) => ({
    group,
    replies: together.length,
    values: columns.map((name) => {
      const measure = replyMeasure(name);
      const counted = together
        .filter(({ record }) => !record.failed)
        .map((row) => ({ record: row.record, ...index.scoresOf(row, judge) }))
        .filter((each) => measure?.counts(each));
      return measure && counted.length > 0 ? measure.over([counted])([0]) : null;
    }),
  }));
}
