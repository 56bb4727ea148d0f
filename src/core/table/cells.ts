import { conditionsOf, type EvaluationPlan, type PlanCondition } from '../evaluation/plan.ts';
import { turnKey } from '../evaluation/record.ts';
import { groupBy } from '../group.ts';
import {
  bootstrapInterval,
  hasLimits,
  jackknifeInterval,
  pairedIntervals,
  type Interval,
  type ResamplingOptions,
} from '../statistics/resampling.ts';
import { MEASURES, type Cluster, type CountedRecord, type Measure } from './measures.ts';
import type { SummaryCell } from './summary.ts';

/** A cell of a run's table. */
export type Cell = Pick<SummaryCell, 'model' | 'representation'>;

/** The records of a cell. */
export const recordsOf = (records: readonly CountedRecord[], { model, representation }: Cell): CountedRecord[] =>
  records.filter(({ record }) => record.model === model && record.representation === representation);

/** Minimum number of dialogues for an interval or a test. */
export const FEWEST_CLUSTERS = 5;

/**
 * The cell that another is relative to, of the same model. For a way to spend a budget it is the conversation as
 * written, cut off at the same budget, if the plan has that; otherwise the plan's first condition, which is relative to
 * nothing.
 */
export function baselineOf(plan: EvaluationPlan, { model, representation }: Cell): Cell | undefined {
  const conditions = conditionsOf(plan);
  const [first] = conditions;
  if (!first || first.id === representation) return undefined;
  const budget = budgetOf(conditions.find(({ id }) => id === representation));
  const cutOff = conditions.find((each) => isCutOff(each) && budgetOf(each) === budget)?.id;
  return { model, representation: cutOff === undefined || cutOff === representation ? first.id : cutOff };
}

/** Tokens for the conversation, if a condition has a limit. */
const budgetOf = (condition: PlanCondition | undefined): number | undefined =>
  condition && 'history' in condition && 'tokens' in condition.history ? condition.history.tokens : undefined;

/** Whether a condition sends the latest utterances as written, as many as its budget holds. */
const isCutOff = (condition: PlanCondition): boolean =>
  'history' in condition &&
  condition.history.method === 'budget' &&
  condition.history.first === undefined &&
  condition.history.representations.every((each) => each === 'raw');

/** A cell's metrics with their intervals; `baseline` are the records of the cell that ratios are relative to. */
export function summariseCell(
  cell: Cell,
  records: readonly CountedRecord[],
  baseline: readonly CountedRecord[] | null,
  options: ResamplingOptions,
): SummaryCell {
  const metrics: SummaryCell['metrics'] = {};
  for (const measure of MEASURES) {
    const usable = records.filter((record) => measure.counts(record));
    if (usable.length === 0) continue;
    const interval = measureInterval(measure, usable, options);
    if (Number.isNaN(interval.value)) continue;
    const ratio = baseline && !measure.jackknife ? ratioOf(measure, usable, baseline, options) : undefined;
    metrics[measure.name] = { ...interval, ...(ratio && { ratio }) };
  }
  const timed = records.flatMap(({ record: { timing } }) => (timing && timing.newTokens > 1 ? [timing] : []));
  const decodeMs = timed.reduce((sum, timing) => sum + timing.decodeMs, 0);
  return {
    ...cell,
    records: records.length,
    replies: records.filter(({ record }) => record.hypothesisHash !== null).length,
    metrics,
    tokensPerSecond:
      decodeMs > 0 ? (timed.reduce((sum, { newTokens }) => sum + newTokens - 1, 0) / decodeMs) * 1000 : null,
  };
}

/** The value of a measure over records that it counts, with its interval over dialogues. */
export function measureInterval(
  measure: Measure,
  records: readonly CountedRecord[],
  options: ResamplingOptions,
): SummaryCell['metrics'][string] {
  const groups = clusters(records);
  const value = measure.over(groups);
  const places = groups.map((_, i) => i);
  const interval = measure.jackknife ? jackknifeInterval(value, places) : bootstrapInterval(value, places, options);
  return reported(interval, { n: records.length, clusters: groups.length });
}

/** A measure's value divided by that of the baseline, over their common turns. */
function ratioOf(
  measure: Measure,
  records: readonly CountedRecord[],
  baseline: readonly CountedRecord[],
  options: ResamplingOptions,
): SummaryCell['metrics'][string]['ratio'] {
  const pair = paired(measure, records, baseline);
  const { ratio } = pairedIntervals(pair.value, pair.a, pair.b, options);
  return Number.isFinite(ratio.value) ? reported(ratio, { n: pair.n, clusters: pair.a.length }) : undefined;
}

/** Two cells' records for their common turns, ready for a paired test over dialogues. */
export interface PairedCells {
  /** Value of the dialogues at some places. */
  value: (places: readonly number[]) => number;
  a: number[];
  b: number[];
  /** Number of common turns. */
  n: number;
}

/** Pairs two cells' records that a measure counts. */
export function paired(measure: Measure, a: readonly CountedRecord[], b: readonly CountedRecord[]): PairedCells {
  const shared = sharedRecords(
    a.filter((each) => measure.counts(each)),
    b.filter((each) => measure.counts(each)),
  );
  const [left, right] = [clusters(shared.a), clusters(shared.b)];
  return {
    value: measure.over([...left, ...right]),
    a: left.map((_, i) => i),
    b: right.map((_, i) => left.length + i),
    n: shared.a.length,
  };
}

/** The records of both cells for their common turns, in the same order. */
function sharedRecords(
  a: readonly CountedRecord[],
  b: readonly CountedRecord[],
): { a: CountedRecord[]; b: CountedRecord[] } {
  const key = ({ record }: CountedRecord) => turnKey(record);
  const partners = new Map(b.map((each) => [key(each), each]));
  const pairs = a.flatMap((each) => {
    const partner = partners.get(key(each));
    return partner ? [[each, partner] as const] : [];
  });
  pairs.sort(([x], [y]) => (key(x) < key(y) ? -1 : 1));
  return { a: pairs.map(([each]) => each), b: pairs.map(([, each]) => each) };
}

const clusters = (records: readonly CountedRecord[]): Cluster[] =>
  [...groupBy(records, ({ record }) => record.dialogue)]
    .sort(([x], [y]) => (x < y ? -1 : 1))
    .map(([, together]) => together);

/** An interval as reported: without limits if there are too few dialogues, or if resamples never differ. */
export function reported(
  { value, low, high }: Interval,
  { n, clusters: count }: { n: number; clusters: number },
): SummaryCell['metrics'][string] {
  const defined = count >= FEWEST_CLUSTERS && hasLimits({ low, high });
  return { value, low: defined ? low : null, high: defined ? high : null, n };
}
