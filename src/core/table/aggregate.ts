import type { RunVerdicts } from '../judge/run-verdict.ts';
import { replyScores } from '../judge/run-verdict.ts';
import { measurePair } from '../metrics/pair.ts';
import type { ResamplingOptions } from '../statistics/resampling.ts';
import { conditionsOf, type EvaluationPlan } from '../evaluation/plan.ts';
import { numbersOf, type RecordNumbers } from '../evaluation/numbers.ts';
import { provenanceId } from '../evaluation/provenance.ts';
import { recordKey, type ResultRecord } from '../evaluation/record.ts';
import { baselineOf, summariseCell, type Cell } from './cells.ts';
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
  const counted = records.map((record): CountedRecord => {
    const judged = scored.get(recordKey(record))?.scores;
    return { ...withCounts(record), ...(judged && { judged }) };
  });
  const origins = originsOf(inOrder(records));
  return {
    ...summarise(plan, counted, options),
    ...(origins.length > 0 && { provenance: origins }),
    ...(options.judging && { judge: summariseJudging(options.judging, inOrder(records)) }),
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
    numbers.map((record) => ({ record })),
    options,
  );

function summarise(plan: EvaluationPlan, arrived: readonly CountedRecord[], options: AggregateOptions): RunSummary {
  // Resampling draws by position, so the order of records must not matter.
  const all = [...arrived].sort((a, b) => (recordKey(a.record) < recordKey(b.record) ? -1 : 1));
  const counted = all.filter(({ record }) => !record.failed);
  const cells: Cell[] = plan.models.flatMap(({ id }) =>
    conditionsOf(plan).map((condition) => ({ model: id, representation: condition.id })),
  );
  const tests = testTable(plan, cells, counted, options);
  const taskTalk = sensitivityTo('taskTalk', plan, { cells, counted, tests }, options);
  const recordsOf = (cell: Cell) =>
    counted.filter(({ record }) => record.model === cell.model && record.representation === cell.representation);
  return {
    format: SUMMARY_FORMAT,
    version: 1,
    plan,
    machine: options.machine,
    finished: all.length >= options.expected,
    records: all.length,
    failed: all.length - counted.length,
    dialogues: new Set(all.map(({ record: { dialogue } }) => dialogue)).size,
    turns: new Set(all.map(({ record: { dialogue, turn } }) => `${turn} ${dialogue}`)).size,
    seconds: all.reduce((sum, { record: { timing } }) => sum + (timing?.totalMs ?? 0), 0) / 1000,
    cells: cells.map((cell) => {
      const baseline = baselineOf(plan, cell);
      return summariseCell(cell, recordsOf(cell), baseline ? recordsOf(baseline) : null, options);
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
function originsOf(records: readonly ResultRecord[]): NonNullable<RunSummary['provenance']> {
  const made = records.flatMap(({ model, provenance }) =>
    provenance ? [{ id: provenanceId(provenance), model, provenance }] : [],
  );
  return [...new Map(made.map(({ id, provenance }) => [id, provenance]))].map(([id, provenance]) => {
    const own = made.filter((each) => each.id === id);
    return { id, models: [...new Set(own.map(({ model }) => model))], records: own.length, ...provenance };
  });
}

const inOrder = (records: readonly ResultRecord[]): ResultRecord[] =>
  [...records].sort((a, b) => (recordKey(a) < recordKey(b) ? -1 : 1));
