import type { StoredRun } from '../../src/browser/storage/run-store.ts';
import type { SliceKind, TurnPlace } from '../../src/core/explorer/address.ts';
import type { Distribution } from '../../src/core/explorer/distribution.ts';
import type { RunFacets, RunHead, Selection, TurnPage } from '../../src/core/explorer/explorer.ts';
import type { DialogueLabels } from '../../src/core/explorer/labels.ts';
import type { PublishedTexts } from '../../src/core/explorer/open-run.ts';
import type { OpenTurn } from '../../src/core/explorer/open-turn.ts';
import type { Scatter } from '../../src/core/explorer/scatter.ts';
import type { Slices } from '../../src/core/explorer/slices.ts';
import type { EvaluationPlan } from '../../src/core/evaluation/plan.ts';
import type { ResultRecord } from '../../src/core/evaluation/record.ts';
import type { AggregateOptions } from '../../src/core/table/aggregate.ts';
import type { RunSummary } from '../../src/core/table/summary.ts';
import type { Method } from '../../src/rpc/protocol.ts';

/** A run that is to be opened. */
interface Opening {
  id: string;
  plan: EvaluationPlan;
}

/** The methods of the table worker. It reads the runs of this browser itself, so that they never stall the page. */
export type TableApi = {
  aggregate: Method<{ plan: EvaluationPlan; records: ResultRecord[]; options: AggregateOptions }, RunSummary>;
  /** The table of a run of this browser, with the scores of a judge: the latest, unless one is named. */
  summarise: Method<Opening & { options: Omit<AggregateOptions, 'judging'>; judge: string | undefined }, RunSummary>;
  /** Mean milliseconds of the records of some models, over all runs of this browser; null without any. */
  meanTime: Method<string[], number | null>;
  exportStored: Method<Opening & { total: number; form: 'csv' | 'json' }, string>;
  /**
   * Stores a run as a new one: an exported file, or the plan and records of a folder.
   * @throws {LabError} as `parseRunFiles` does.
   */
  importFiles: Method<{ files: File[]; id: string; createdAt: number }, StoredRun>;
  /** Number of replies of a run of this browser that can be judged, or of dialogues of a roll-out. */
  countJudged: Method<Opening, number>;
  /** The earlier replies that a record of an open roll-out follows, by the index of their turns. */
  earlierReplies: Method<
    { id: string; record: Pick<ResultRecord, 'model' | 'representation' | 'dialogue' | 'turn'> },
    Map<number, string>
  >;
  openStored: Method<Opening, RunHead>;
  openPublished: Method<Opening & { texts: PublishedTexts }, RunHead>;
  label: Method<{ id: string; labels: DialogueLabels[] }, RunFacets>;
  page: Method<{ selection: Selection; columns: string[]; offset: number; limit: number }, TurnPage>;
  turn: Method<{ selection: Selection; place: TurnPlace }, OpenTurn | null>;
  distribution: Method<{ selection: Selection; measure: string }, Distribution>;
  scatter: Method<{ selection: Selection; x: string; y: string }, Scatter>;
  slices: Method<{ selection: Selection; measure: string; by: SliceKind }, Slices>;
  exportRows: Method<{ selection: Selection; form: 'csv' | 'json' }, Blob>;
};
