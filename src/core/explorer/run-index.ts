import { MEASURES, type CountedRecord, type Measure } from '../table/measures.ts';
import type { Scores } from '../judge/criteria.ts';
import { replyScores, type RunVerdict, type RunVerdicts } from '../judge/run-verdict.ts';
import { fold } from '../dataset/word-search.ts';
import { conditionsOf, type EvaluationPlan } from '../evaluation/plan.ts';
import { recordKey, turnKey } from '../evaluation/record.ts';
import { groupBy } from '../group.ts';
import type { ExploredRecord } from './explored-record.ts';
import type { DialogueLabels } from './labels.ts';
import type { JudgedState } from './query.ts';

/** The measures that one reply has by itself. */
export const REPLY_MEASURES: readonly Measure[] = MEASURES.filter(({ corpus }) => !corpus);

/** The measure of this name that one reply has by itself. */
export const replyMeasure = (name: string): Measure | undefined => REPLY_MEASURES.find((each) => each.name === name);

/** One reply of a run with what the dataset says of its turn. */
export interface TurnRow {
  record: ExploredRecord;
  /** Its place in the usual order. */
  place: number;
  scene: string | null;
  strategies: readonly string[];
  /** Whether the model replied to this turn differently under another condition. */
  differs: boolean;
}

/** What one judge made of the replies, by `recordKey`. */
interface JudgedReplies {
  scores: ReadonlyMap<string, { scores: Scores }>;
  verdicts: ReadonlyMap<string, readonly RunVerdict[]>;
}

export interface RunParts {
  plan: EvaluationPlan;
  records: readonly ExploredRecord[];
  /** The judges' verdicts, the earliest judge first. */
  judgings?: readonly RunVerdicts[];
  /** Labels of the dialogues, if their dataset is known. */
  labels?: readonly DialogueLabels[];
}

/** A measure of one reply; NaN if it has none. */
export const replyValue = (measure: Measure, counted: CountedRecord): number =>
  !counted.record.failed && measure.counts(counted) ? measure.over([[counted]])([0]) : Number.NaN;

/** The replies of a run in order, with columns of values that are computed once. */
export class RunIndex {
  readonly plan: EvaluationPlan;
  readonly rows: readonly TurnRow[];
  readonly judgings: readonly RunVerdicts[];
  readonly #judged = new Map<string, JudgedReplies>();
  readonly #values = new Map<string, Float64Array>();
  readonly #searched: (string | undefined)[] = [];

  constructor({ plan, records, judgings = [], labels = [] }: RunParts) {
    this.plan = plan;
    this.judgings = judgings;
    this.rows = rowsOf(plan, records, labels);
  }

  /** The judge whose scores count: the latest, unless another is named. */
  judging(judge: string | null): RunVerdicts | undefined {
    return this.judgings.find((each) => each.judge.id === judge) ?? this.judgings.at(-1);
  }

  /** A measure of each row by its place; NaN where it has none, and for unknown measures. */
  values(name: string, judge: string | null): Float64Array {
    const key = JSON.stringify([name, this.judging(judge)?.judge.id]);
    const known = this.#values.get(key);
    if (known) return known;
    const measure = replyMeasure(name);
    const values = Float64Array.from(this.rows, (row) =>
      measure ? replyValue(measure, { record: row.record, ...this.scoresOf(row, judge) }) : Number.NaN,
    );
    this.#values.set(key, values);
    return values;
  }

  /** A judge's scores of a reply, as measures take them. */
  scoresOf({ record }: TurnRow, judge: string | null): { judged?: Scores } {
    const scores = this.#judgedBy(judge)?.scores.get(recordKey(record))?.scores;
    return scores ? { judged: scores } : {};
  }

  judgedState({ record }: TurnRow, judge: string | null): JudgedState {
    const judged = this.#judgedBy(judge);
    const key = recordKey(record);
    if (judged?.scores.has(key)) return 'scored';
    const last = judged?.verdicts.get(key)?.at(-1);
    if (!last) return 'none';
    return last.error !== undefined ? 'failed' : last.refused ? 'refused' : 'unreadable';
  }

  /** A judge's verdicts on a reply, in no particular order. */
  verdictsOn({ record }: TurnRow, judge: string): readonly RunVerdict[] {
    return this.#judgedBy(judge)?.verdicts.get(recordKey(record)) ?? [];
  }

  /** The text of a row that words are sought in, folded. */
  searched({ place, record, scene, strategies }: TurnRow): string {
    return (this.#searched[place] ??= fold(
      [record.hypothesis ?? record.error ?? '', record.reference, record.dialogue, scene ?? '', ...strategies].join(
        '\n',
      ),
    ));
  }

  #judgedBy(judge: string | null): JudgedReplies | undefined {
    const judging = this.judging(judge);
    if (!judging) return undefined;
    const known = this.#judged.get(judging.judge.id);
    if (known) return known;
    const judged = { scores: replyScores(judging.verdicts), verdicts: groupBy(judging.verdicts, recordKey) };
    this.#judged.set(judging.judge.id, judged);
    return judged;
  }
}

/** Turn by turn, each under the models and conditions in the order of the plan. */
function rowsOf(
  plan: EvaluationPlan,
  records: readonly ExploredRecord[],
  labels: readonly DialogueLabels[],
): TurnRow[] {
  const models = rankOf(plan.models.map(({ id }) => id));
  const conditions = rankOf(conditionsOf(plan).map(({ id }) => id));
  const { compare } = new Intl.Collator('en', { numeric: true });
  const dialogues = rankOf([...new Set(records.map(({ dialogue }) => dialogue))].sort(compare));
  const ordered = [...records].sort(
    (a, b) =>
      dialogues(a.dialogue) - dialogues(b.dialogue) ||
      a.turn - b.turn ||
      models(a.model) - models(b.model) ||
      conditions(a.representation) - conditions(b.representation),
  );
  const answered = records.filter(({ hypothesisHash }) => hypothesisHash !== null);
  const replies = new Map(
    [...groupBy(answered, modelTurn)].map(([key, own]) => [key, new Set(own.map((each) => each.hypothesisHash))]),
  );
  const known = new Map(
    labels.flatMap(({ dialogue, scene, turns }) =>
      turns.map((turn) => [turnKey({ dialogue, turn: turn.turn }), { scene, ...turn }] as const),
    ),
  );
  return ordered.map((record, place) => {
    const label = known.get(turnKey(record));
    return {
      record: record.withheld && label ? { ...record, reference: label.reference } : record,
      place,
      scene: label?.scene ?? null,
      strategies: label?.strategies ?? [],
      differs: (replies.get(modelTurn(record))?.size ?? 0) > 1,
    };
  });
}

const modelTurn = (record: ExploredRecord): string => JSON.stringify([record.model, record.turn, record.dialogue]);

/** The place of each name in a list; unknown names come last. */
function rankOf(names: readonly string[]): (name: string) => number {
  const ranks = new Map(names.map((name, i) => [name, i]));
  return (name) => ranks.get(name) ?? names.length;
}
