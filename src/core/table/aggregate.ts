import type { RunVerdicts } from '../judge/run-verdict.ts';
import { replyScores } from '../judge/run-verdict.ts';
import { measurePair } from '../metrics/pair.ts';
import {
  bootstrapInterval,
  hasLimits,
  jackknifeInterval,
  pairedTest,
  type Interval,
  type ResamplingOptions,
} from '../statistics/resampling.ts';
import { describeTest } from '../statistics/describe-test.ts';
import { conditionsOf, type EvaluationPlan } from '../evaluation/plan.ts';
import { recordKey, type ResultRecord } from '../evaluation/record.ts';
import { summariseJudging } from './judging.ts';
import { MEASURES, TESTED, type CountedRecord, type Measure } from './measures.ts';
import { SUMMARY_FORMAT, type RunSummary, type SummaryCell } from './summary.ts';

export interface AggregateOptions extends ResamplingOptions {
  machine: string;
  /** Total number of records that the plan asks for. */
  expected: number;
  /** One judge's verdicts on the replies. */
  judging?: RunVerdicts | undefined;
}

type Cell = Pick<SummaryCell, 'model' | 'representation'>;
/** The records of one dialogue: the unit of resampling, because turns of one dialogue are correlated. */
type Cluster = readonly CountedRecord[];

/** Minimum number of dialogues for an interval or a test. */
const FEWEST_CLUSTERS = 5;

/**
 * The table of a run: each model under each condition with 95 % intervals, and tested differences with descriptions.
 */
export function aggregate(
  plan: EvaluationPlan,
  arrived: readonly ResultRecord[],
  options: AggregateOptions,
): RunSummary {
  // Resampling draws by position, so the order of records must not matter.
  const records = [...arrived].sort((a, b) => (recordKey(a) < recordKey(b) ? -1 : 1));
  const scored = replyScores(options.judging?.verdicts ?? []);
  const counted = records
    .filter(({ error }) => error === undefined)
    .map((record): CountedRecord => {
      const judged = scored.get(recordKey(record))?.scores;
      return { ...withCounts(record), ...(judged && { judged }) };
    });
  const cells: Cell[] = plan.models.flatMap(({ id }) =>
    conditionsOf(plan).map((condition) => ({ model: id, representation: condition.id })),
  );
  const inCell = new Map(
    cells.map((cell) => [
      cell,
      counted.filter(({ record }) => record.model === cell.model && record.representation === cell.representation),
    ]),
  );
  return {
    format: SUMMARY_FORMAT,
    version: 1,
    plan,
    machine: options.machine,
    finished: records.length >= options.expected,
    records: records.length,
    failed: records.length - counted.length,
    dialogues: new Set(records.map(({ dialogue }) => dialogue)).size,
    turns: new Set(records.map(({ dialogue, turn }) => `${turn} ${dialogue}`)).size,
    seconds: records.reduce((sum, { timing }) => sum + (timing?.totalMs ?? 0), 0) / 1000,
    cells: cells.map((cell) => summariseCell(cell, inCell.get(cell) ?? [], options)),
    tests: comparisons(plan, cells).flatMap(([a, b]) =>
      testCells(plan, a, b, inCell.get(a) ?? [], inCell.get(b) ?? [], options),
    ),
    ...(options.judging && { judge: summariseJudging(options.judging, records) }),
  };
}

function withCounts(record: ResultRecord): CountedRecord {
  const { hypothesis, reference } = record;
  return hypothesis === null
    ? { record }
    : { record, counts: measurePair({ id: '', hyp: hypothesis, ref: reference }).counts };
}

function summariseCell(cell: Cell, records: readonly CountedRecord[], options: ResamplingOptions): SummaryCell {
  const metrics: SummaryCell['metrics'] = {};
  for (const measure of MEASURES) {
    const usable = records.filter((record) => measure.counts(record));
    if (usable.length === 0) continue;
    const groups = clusters(usable);
    const interval = measure.jackknife
      ? jackknifeInterval(over(measure), groups)
      : bootstrapInterval(over(measure), groups, options);
    if (!Number.isNaN(interval.value))
      metrics[measure.name] = reported(interval, { n: usable.length, clusters: groups.length });
  }
  const timed = records.flatMap(({ record: { timing } }) => (timing && timing.newTokens > 1 ? [timing] : []));
  const decodeMs = timed.reduce((sum, timing) => sum + timing.decodeMs, 0);
  return {
    ...cell,
    records: records.length,
    replies: records.filter(({ record }) => record.hypothesis !== null).length,
    metrics,
    tokensPerSecond:
      decodeMs > 0 ? (timed.reduce((sum, { newTokens }) => sum + newTokens - 1, 0) / decodeMs) * 1000 : null,
  };
}

/** Each condition against the first one of its model, and each model against the first one under the same condition. */
function comparisons(plan: EvaluationPlan, cells: readonly Cell[]): [Cell, Cell][] {
  const { models } = plan;
  const representations = conditionsOf(plan).map(({ id }) => id);
  const find = (model?: string, representation?: string) =>
    cells.find((cell) => cell.model === model && cell.representation === representation);
  const pairs: [Cell | undefined, Cell | undefined][] = [
    ...models.flatMap(({ id }) =>
      representations.slice(1).map((each) => [find(id, each), find(id, representations[0])] as [Cell?, Cell?]),
    ),
    ...representations.flatMap((each) =>
      models.slice(1).map(({ id }) => [find(id, each), find(models[0]?.id, each)] as [Cell?, Cell?]),
    ),
  ] as [Cell | undefined, Cell | undefined][];
  return pairs.flatMap(([a, b]) => (a && b ? [[a, b] as [Cell, Cell]] : []));
}

function testCells(
  plan: EvaluationPlan,
  a: Cell,
  b: Cell,
  ofA: readonly CountedRecord[],
  ofB: readonly CountedRecord[],
  options: ResamplingOptions,
): RunSummary['tests'] {
  const names = { a: nameOf(plan, a, b), b: nameOf(plan, b, a) };
  return MEASURES.filter(({ name }) => TESTED.includes(name)).flatMap((measure) => {
    const shared = sharedRecords(
      ofA.filter((each) => measure.counts(each)),
      ofB.filter((each) => measure.counts(each)),
    );
    const [left, right] = [clusters(shared.a), clusters(shared.b)];
    if (left.length < FEWEST_CLUSTERS) return [];
    const test = pairedTest(over(measure), left, right, options);
    const words = describeTest(
      { metric: `${measure.label} (${nameOf(plan, a, b, true)})`, ...names },
      test,
      measure.digits,
    );
    return [
      {
        metric: measure.name,
        a,
        b,
        difference: reported(test.difference, { n: shared.a.length, clusters: left.length }),
        p: test.p,
        words,
      },
    ];
  });
}

/** What distinguishes the two cells, or, with `common`, what they share. */
function nameOf(plan: EvaluationPlan, cell: Cell, other: Cell, common = false): string {
  const model = plan.models.find(({ id }) => id === cell.model)?.name ?? cell.model;
  const condition = conditionsOf(plan).find(({ id }) => id === cell.representation)?.name ?? cell.representation;
  return (cell.model === other.model) === common ? model : condition;
}

/** The records of both cells for their common turns, in the same order. */
function sharedRecords(
  a: readonly CountedRecord[],
  b: readonly CountedRecord[],
): { a: CountedRecord[]; b: CountedRecord[] } {
  const key = ({ record }: CountedRecord) => `${record.turn} ${record.dialogue}`;
  const partners = new Map(b.map((each) => [key(each), each]));
  const pairs = a.flatMap((each) => {
    const partner = partners.get(key(each));
    return partner ? [[each, partner] as const] : [];
  });
  pairs.sort(([x], [y]) => (key(x) < key(y) ? -1 : 1));
  return { a: pairs.map(([each]) => each), b: pairs.map(([, each]) => each) };
}

function clusters(records: readonly CountedRecord[]): Cluster[] {
  const byDialogue = new Map<string, CountedRecord[]>();
  for (const each of records) {
    const together = byDialogue.get(each.record.dialogue);
    if (together) together.push(each);
    else byDialogue.set(each.record.dialogue, [each]);
  }
  return [...byDialogue].sort(([x], [y]) => (x < y ? -1 : 1)).map(([, together]) => together);
}

const over =
  (measure: Measure) =>
  (groups: readonly Cluster[]): number =>
    measure.value(groups.flat());

/** An interval as reported: without limits if there are too few dialogues, or if resamples never differ. */
function reported(
  { value, low, high }: Interval,
  { n, clusters: count }: { n: number; clusters: number },
): SummaryCell['metrics'][string] {
  const defined = count >= FEWEST_CLUSTERS && hasLimits({ low, high });
  return { value, low: defined ? low : null, high: defined ? high : null, n };
}
