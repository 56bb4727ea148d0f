import { conditionsOf, parseStoredPlan, type EvaluationPlan } from '../../core/evaluation/plan.ts';
import { findRecords, type RecordQuery } from '../../core/evaluation/query.ts';
import { recordKey, type ResultRecord } from '../../core/evaluation/record.ts';
import type { PublishedRecord } from '../../core/evaluation/published.ts';
import type { Scores } from '../../core/judge/criteria.ts';
import { replyScores } from '../../core/judge/run-verdict.ts';
import { inPoints } from '../../core/table/points.ts';
import type { RunSummary } from '../../core/table/summary.ts';
import { committedTexts, committedRunIds, committedSummary, textsArePublished } from '../runs/committed-runs.ts';
import { judgingOfRun } from '../runs/judging.ts';
import { found, store } from '../runs/stored-runs.ts';
import type { FunctionContext } from './define.ts';

type Asking = Pick<FunctionContext, 'data' | 'require' | 'services' | 'signal'>;

/** A run as a notebook lists it. */
export interface ListedRun {
  id: string;
  name: string;
  /** Whether it comes with the lab; otherwise it is the person's own. */
  committed: boolean;
  /** The dataset's name. */
  dataset: string;
  models: { id: string; name: string }[];
  conditions: { id: string; name: string }[];
  /** Number of records so far. */
  records: number;
  /** Whether its records have the texts of replies, which committed runs may have only as hashes. */
  texts: boolean;
  finished: boolean;
  /** Milliseconds since 1970; null for committed runs. */
  createdAt: number | null;
}

/** A record of the person's own run, with the latest judge's mean scores if it has any. */
export type OwnRecord = ResultRecord & { judged?: Scores };

/** The committed runs; with `own` also the person's, the latest first, if they allow it. */
export async function runsForNotebook(
  { own = false }: { own?: boolean | undefined },
  asking: Asking,
): Promise<ListedRun[]> {
  if (own) await asking.require('runs');
  const committed = await Promise.all(
    (await committedRunIds()).map(async (id): Promise<ListedRun> => {
      const [{ plan, records, finished }, texts] = await Promise.all([committedSummary(id), textsArePublished(id)]);
      const known = described(parseStoredPlan(plan, id));
      return { id, committed: true, ...known, records, texts, finished, createdAt: null };
    }),
  );
  if (!own) return committed;
  const stored = (await store.list()).map(({ run: { id, plan, total, createdAt }, done }): ListedRun => ({
    id,
    committed: false,
    ...described(plan),
    records: done,
    texts: true,
    finished: done >= total,
    createdAt,
  }));
  return [...committed, ...stored];
}

/** The records of a run that match a query; those of committed runs hold texts only where these were published. */
export async function recordsForNotebook(
  id: string,
  query: RecordQuery,
  asking: Asking,
): Promise<PublishedRecord[] | OwnRecord[]> {
  if (await isCommitted(id, asking))
    return asking.services.findPublished(await committedTexts(id), id, query, asking.signal);
  await found(id);
  const [records, judging] = await Promise.all([store.records(id), judgingOfRun(id)]);
  const scores = replyScores(judging?.verdicts ?? []);
  return findRecords(records, query).map((record) => {
    const judged = scores.get(recordKey(record))?.scores;
    return judged ? { ...record, judged } : record;
  });
}

/** The table of a run; with `points`, fractions are scores from 0 to 100. */
export async function summaryForNotebook(
  id: string,
  { points = false }: { points?: boolean | undefined },
  asking: Asking,
): Promise<RunSummary> {
  const summary = await ((await isCommitted(id, asking)) ? committedSummary(id) : asking.data.summariseRun(id));
  return points ? inPoints(summary, id) : summary;
}

/** Whether a run comes with the lab. If not, asks for permission before it checks whether such a run exists. */
async function isCommitted(id: string, asking: Asking): Promise<boolean> {
  if ((await committedRunIds()).includes(id)) return true;
  await asking.require('runs');
  return false;
}

function described(plan: EvaluationPlan): Pick<ListedRun, 'name' | 'dataset' | 'models' | 'conditions'> {
  return {
    name: plan.name,
    dataset: plan.dataset.name,
    models: plan.models.map(({ id, name }) => ({ id, name })),
    conditions: conditionsOf(plan).map(({ id, name }) => ({ id, name })),
  };
}
