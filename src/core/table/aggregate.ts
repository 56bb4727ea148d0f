import type { RunVerdicts } from '../judge/run-verdict.ts';
import { replyScores } from '../judge/run-verdict.ts';
import { measurePair } from '../metrics/pair.ts';
import type { ResamplingOptions } from '../statistics/resampling.ts';
import { conditionsOf, type EvaluationPlan } from '../evaluation/plan.ts';
import { numbersOf, type RecordNumbers } from '../evaluation/numbers.ts';
import { recordKey, turnKey, type ResultRecord } from '../evaluation/record.ts';
import { baselineOf, recordsOf, summariseCell, type Cell } from './cells.ts';
import { testTable } from './comparisons.ts';
import { summariseJudging } from './judging.ts';
import type { CountedRecord } from './measures.ts';
import { sensitivityTo } from './sensitivity.ts';
import { SUMMARY_FORMAT, type RunSummary } from './summary.ts';

export interface AggregateOptions extends ResamplingOptions {
  machine: string;
  /** Total number of records that the plan asks for. */
  expected: number;
  /** One judge's verdicts on the replies. */
  judging?: RunVerdicts | undefined;
}

/**
 * The table of a run: each model under each condition with 95 % intervals, and tested differences with descriptions.
 */
export function aggregate(
  plan: EvaluationPlan,
  records: readonly ResultRecord[],
  options: AggregateOptions,
): RunSummary {
  const scored = replyScores(options.judging?.verdicts ?? []);
  const ordered = inOrder(records);
  const counted = ordered.map((record): CountedRecord => {
    const judged = scored.get(recordKey(record))?.scores;
    return { ...withCounts(record), ...(judged && { judged }) };
  });
  const origins = originsOf(ordered, counted);
  return {
    ...summarise(plan, counted, options),
    ...(origins.length > 0 && { provenance: origins }),
    ...(options.judging && { judge: summariseJudging(options.judging, ordered, plan) }),
  };
}

/** The same from a run's published numbers, without the metrics that need the texts: corpus BLEU and distinct-n. */
export const aggregateNumbers = (
  plan: EvaluationPlan,
  numbers: readonly RecordNumbers[],
  options: Omit<AggregateOptions, 'judging'>,
): RunSummary =>
  summarise(
    plan,
    inOrder(numbers).map((record) => ({ record })),
    options,
  );

function summarise(plan: EvaluationPlan, all: readonly CountedRecord[], options: AggregateOptions): RunSummary {
  const counted = all.filter(({ record }) => !record.failed);
  const cells: Cell[] = plan.models.flatMap(({ id }) =>
    conditionsOf(plan).map((condition) => ({ model: id, representation: condition.id })),
  );
  const tests = testTable(plan, cells, counted, options);
  const taskTalk = sensitivityTo('taskTalk', plan, { cells, counted, tests }, options);
  return {
    format: SUMMARY_FORMAT,
    version: 1,
    plan,
    machine: options.machine,
    finished: all.length >= options.expected,
    records: all.length,
    failed: all.length - counted.length,
    dialogues: new Set(all.map(({ record: { dialogue } }) => dialogue)).size,
    turns: new Set(all.map(({ record }) => turnKey(record))).size,
    seconds: all.reduce((sum, { record: { timing } }) => sum + (timing?.totalMs ?? 0), 0) / 1000,
    cells: cells.map((cell) => {
      const baseline = baselineOf(plan, cell);
      return summariseCell(cell, recordsOf(counted, cell), baseline ? recordsOf(counted, baseline) : null, options);
    }),
    tests,
    ...(taskTalk && { taskTalk }),
  };
}

function withCounts(record: ResultRecord): CountedRecord {
  const { hypothesis, reference } = record;
  const numbers = numbersOf(record);
  return hypothesis === null
    ? { record: numbers }
    : { record: numbers, counts: measurePair({ id: '', hyp: hypothesis, ref: reference }).counts };
}

/** What made the records, each with the models and the number of records that it made. */
function originsOf(
  records: readonly ResultRecord[],
  counted: readonly CountedRecord[],
): NonNullable<RunSummary['provenance']> {
  const made = records.flatMap(({ model, provenance }, i) => {
    const id = counted[i]?.record.origin;
    return provenance && id !== undefined ? [{ id, model, provenance }] : [];
  });
  return [...new Map(made.map(({ id, provenance }) => [id, provenance]))].map(([id, provenance]) => {
    const own = made.filter((each) => each.id === id);
    return { id, models: [...new Set(own.map(({ model }) => model))], records: own.length, ...provenance };
  });
}

/** In the order of their keys: resampling draws by position, so that in which they arrived must not matter. */
function inOrder<Item extends Parameters<typeof recordKey>[0]>(records: readonly Item[]): Item[] {
  const keyed = records.map((record) => ({ record, key: recordKey(record) }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ record }) => record);
}
