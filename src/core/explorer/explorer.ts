import type { RunJudge } from '../judge/run-verdict.ts';
import { LabError } from '../error.ts';
import type { EvaluationPlan } from '../evaluation/plan.ts';
import { turnKey } from '../evaluation/record.ts';
import { repliesBefore } from '../evaluation/roll-out.ts';
import type { TurnPlace } from './address.ts';
import type { ExploredRecord } from './explored-record.ts';
import type { DialogueLabels } from './labels.ts';
import type { FoundRun } from './open-run.ts';
import { openTurn, type OpenTurn } from './open-turn.ts';
import { differencesOf, pairRuns, type Partners } from './pairs.ts';
import type { TurnQuery } from './query.ts';
import { REPLY_MEASURES, RunIndex, type TurnRow } from './run-index.ts';
import { selectRows, type Differences } from './select.ts';
import { totalsOf, type Total } from './totals.ts';

/** A turn and its original reply, to recognise a run's dataset. */
export type SampleTurn = Pick<ExploredRecord, 'dialogue' | 'turn' | 'reference'>;

/** What is known of an opened run before any of its replies is read. */
export interface RunHead {
  plan: EvaluationPlan;
  /** Number of records. */
  records: number;
  failed: number;
  /** Whether texts were not published. */
  withheld: boolean;
  judges: RunJudge[];
  /** The measures that at least one reply has. */
  measures: string[];
  /** The names of its dialogues. */
  dialogues: string[];
  /** Some of its turns. */
  samples: SampleTurn[];
}

/** A scene or strategy with the number of replies that have it. */
export interface Facet {
  name: string;
  count: number;
}

/** What the replies of a run can be filtered by, once its dataset is known. */
export interface RunFacets {
  scenes: Facet[];
  strategies: Facet[];
}

/** Which replies are looked at. */
export interface Selection {
  run: string;
  query: TurnQuery;
  /** The run to compare with. */
  other: string | null;
  /** The measure whose difference between the runs counts. */
  compared: string;
}

/** A reply as a line of the table. */
export interface PageRow extends Pick<
  ExploredRecord,
  'model' | 'representation' | 'dialogue' | 'turn' | 'withheld' | 'failed'
> {
  scene: string | null;
  strategies: readonly string[];
  /** The beginning of the reply; null without one. */
  excerpt: string | null;
  error: string | null;
  /** The asked measures, null where it has none. */
  values: (number | null)[];
  /** The compared measure of the other run, and its difference from this one. */
  other: number | null;
  difference: number | null;
}

export interface TurnPage {
  /** Number of replies and of turns that match. */
  replies: number;
  turns: number;
  /** The asked measures over all replies that match, for each model and condition. */
  totals: Total[];
  rows: PageRow[];
}

interface Selected {
  rows: TurnRow[];
  turns: TurnPlace[];
  other: { index: RunIndex; partners: Partners; differences: Differences } | undefined;
}

const LONGEST_EXCERPT = 160;
const SAMPLES = 40;
const orNull = (value: number | undefined): number | null =>
  value === undefined || Number.isNaN(value) ? null : value;

/** The runs that are open, with the latest selection. It lives in a worker, because runs have thousands of replies. */
export class Explorer {
  readonly #found = new Map<string, FoundRun>();
  readonly #indices = new Map<string, RunIndex>();
  /** The pairs of two runs, by their ids, until one of them changes. */
  readonly #pairs = new Map<string, Partners>();
  #latest: { key: string; selected: Selected } | undefined;

  /** Opens a run, or opens it again with newer records. */
  open(id: string, found: FoundRun): RunHead {
    this.#found.set(id, found);
    const index = this.#place(id, new RunIndex(found));
    const dialogues = [...new Set(index.rows.map(({ record }) => record.dialogue))];
    const step = Math.max(1, Math.floor(index.rows.length / SAMPLES));
    return {
      plan: found.plan,
      records: index.rows.length,
      failed: index.rows.filter(({ record }) => record.failed).length,
      withheld: index.rows.some(({ record }) => record.withheld),
      judges: index.judgings.map(({ judge }) => judge),
      measures: REPLY_MEASURES.map(({ name }) => name).filter((name) =>
        index.values(name, null).some((value) => !Number.isNaN(value)),
      ),
      dialogues,
      samples: index.rows
        .filter((_, i) => i % step === 0)
        .map(({ record: { dialogue, turn, reference } }) => ({ dialogue, turn, reference })),
    };
  }

  /** Adds what a dataset says of the run's dialogues. */
  label(id: string, labels: readonly DialogueLabels[]): RunFacets {
    const found = this.#found.get(id);
    if (!found) throw notOpen(id);
    const { rows } = this.#place(id, new RunIndex({ ...found, labels }));
    return {
      scenes: facetsOf(rows.map(({ scene }) => (scene === null ? [] : [scene]))),
      strategies: facetsOf(rows.map(({ strategies }) => strategies)),
    };
  }

  page(
    selection: Selection,
    columns: readonly string[],
    { offset, limit }: { offset: number; limit: number },
  ): TurnPage {
    const index = this.#index(selection.run);
    const { rows, turns, other } = this.#select(selection);
    const { judge } = selection.query;
    const values = columns.map((name) => index.values(name, judge));
    const others = other?.index.values(selection.compared, judge);
    return {
      replies: rows.length,
      turns: turns.length,
      totals: totalsOf(index, rows, columns, judge),
      rows: rows.slice(offset, offset + limit).map(({ record, place, scene, strategies }) => {
        const partner = other?.partners.get(place);
        return {
          model: record.model,
          representation: record.representation,
          dialogue: record.dialogue,
          turn: record.turn,
          withheld: record.withheld,
          failed: record.failed,
          scene,
          strategies,
          excerpt: record.hypothesis?.slice(0, LONGEST_EXCERPT) ?? null,
          error: record.error ?? null,
          values: values.map((column) => orNull(column[place])),
          other: orNull(partner && others?.[partner.place]),
          difference: orNull(other?.differences[place]),
        };
      }),
    };
  }

  /** An open turn with its neighbours among those that match; undefined if the run has no such turn. */
  turn(selection: Selection, place: TurnPlace): OpenTurn | undefined {
    const { turns, other } = this.#select(selection);
    return openTurn({ index: this.#index(selection.run), other, turns, place });
  }

  /** The earlier replies that a record of an open roll-out follows, by the index of their turns. */
  earlierReplies(id: string, record: Parameters<typeof repliesBefore>[1]): Map<number, string> {
    const records = this.#index(id).rows.map((row) => row.record);
    return repliesBefore(records, record);
  }

  /** The matching replies of an open run, in order. */
  selected(selection: Selection): { index: RunIndex; rows: readonly TurnRow[] } {
    return { index: this.#index(selection.run), rows: this.#select(selection).rows };
  }

  #select(selection: Selection): Selected {
    const key = JSON.stringify(selection);
    if (this.#latest?.key === key) return this.#latest.selected;
    const run = this.#index(selection.run);
    const { query, compared } = selection;
    let other: Selected['other'];
    if (selection.other !== null) {
      const index = this.#index(selection.other);
      const pair = JSON.stringify([selection.run, selection.other]);
      const partners = this.#pairs.get(pair) ?? pairRuns(run, index);
      this.#pairs.set(pair, partners);
      other = { index, partners, differences: differencesOf({ run, other: index, partners }, compared, query.judge) };
    }
    const rows = selectRows(run, query, other?.differences);
    const turns = [...new Map(rows.map(({ record }) => [turnKey(record), record])).values()].map(
      ({ dialogue, turn }) => ({ dialogue, turn }),
    );
    const selected = { rows, turns, other };
    this.#latest = { key, selected };
    return selected;
  }

  #index(id: string): RunIndex {
    const index = this.#indices.get(id);
    if (!index) throw notOpen(id);
    return index;
  }

  #place(id: string, index: RunIndex): RunIndex {
    this.#indices.set(id, index);
    this.#pairs.clear();
    this.#latest = undefined;
    return index;
  }
}

const notOpen = (where: string): LabError =>
  new LabError({ code: 'not-found', where, what: 'This run is not open.', todo: 'Open it again.' });

/** How often each name occurs, most frequent first. */
function facetsOf(names: readonly (readonly string[])[]): Facet[] {
  const counts = new Map<string, number>();
  for (const name of names.flat()) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .map(([name, count]) => ({ name, count }))
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
}
