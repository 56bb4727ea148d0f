import type { EvaluationPlan } from '../evaluation/plan.ts';
import { turnKey } from '../evaluation/record.ts';
import type { ResamplingOptions } from '../statistics/resampling.ts';
import { recordsOf, type Cell } from './cells.ts';
import { testTable } from './comparisons.ts';
import { MEASURES, TESTED, type CountedRecord } from './measures.ts';
import type { RunSummary } from './summary.ts';

type TaskTalk = NonNullable<RunSummary['taskTalk']>;

/** What is known before anything is left out. */
interface Whole {
  cells: readonly Cell[];
  counted: readonly CountedRecord[];
  tests: RunSummary['tests'];
}

/**
 * How much a table rests on the turns whose reference has a flag: which findings change without them, and how far the
 * values move. Undefined if there is no such turn.
 */
export function sensitivityTo(
  flag: 'taskTalk',
  plan: EvaluationPlan,
  { cells, counted, tests }: Whole,
  options: ResamplingOptions,
): TaskTalk | undefined {
  const turnsOf = (records: readonly CountedRecord[]): number =>
    new Set(records.map(({ record }) => turnKey(record))).size;
  const kept = counted.filter(({ record }) => !record[flag]);
  const turns = turnsOf(counted) - turnsOf(kept);
  if (turns === 0) return undefined;
  const without = testTable(plan, cells, kept, options);
  const same = ({ metric, a, b }: RunSummary['tests'][number]): string => JSON.stringify([metric, a, b]);
  const findings = new Map(without.map((test) => [same(test), test]));
  const changed = tests.flatMap((test) => {
    const other = findings.get(same(test));
    return other && other.finding !== test.finding ? [other] : [];
  });
  return talkInWords({
    turns,
    of: turnsOf(counted),
    movement: largestMovement(cells, counted, kept),
    tests: changed,
    changed: changed.map(({ words }) => words),
  });
}

/** The same with its sentence, which has the sentences of the findings that change. */
export const talkInWords = (talk: Omit<TaskTalk, 'words'>): TaskTalk => ({
  ...talk,
  words:
    `${talk.turns} of ${talk.of} references speak of the crowd-workers' task. Without them no tested measure ` +
    `moves by more than ${(100 * talk.movement).toFixed(1)} %, and ` +
    (talk.changed.length === 0 ? 'no finding changes.' : `findings change: ${talk.changed.join(' ')}`),
});

/** The largest relative change of a cell's tested measures. */
function largestMovement(
  cells: readonly Cell[],
  all: readonly CountedRecord[],
  kept: readonly CountedRecord[],
): number {
  const changes = MEASURES.filter(({ name }) => TESTED.includes(name)).flatMap((measure) =>
    cells.map((cell) => {
      const valueOf = (records: readonly CountedRecord[]): number =>
        measure.over([recordsOf(records, cell).filter((each) => measure.counts(each))])([0]);
      const before = valueOf(all);
      return Math.abs(valueOf(kept) - before) / Math.abs(before);
    }),
  );
  return Math.max(0, ...changes.filter((change) => Number.isFinite(change)));
}
