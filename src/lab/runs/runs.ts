import { LabError } from '../../core/error.ts';
import type { LoadedModel } from '../../core/engine/engine.ts';
import { parsePlan, type EvaluationPlan, type PlanInput, type PlanModel } from '../../core/evaluation/plan.ts';
import { planJobs, runPlan, type RunEvent } from '../../core/evaluation/runner.ts';
import { checkWeights } from '../../core/evaluation/weights.ts';
import { uniqueId } from '../../core/unique-id.ts';
import type { StoredRun } from '../../browser/storage/run-store.ts';
import { combineRuns } from '../../core/table/combine.ts';
import { shareHtml } from '../../core/table/share-html.ts';
import type { RunSummary } from '../../core/table/summary.ts';
import { compress } from '../compression.ts';
import { measure } from '../metrics.ts';
import { modelWeights } from '../models/list.ts';
import { borrowModel } from '../models/resident-models.ts';
import { planTools } from './plan-tools.ts';
import { provenanceInPage } from './software.ts';
import { runReader, table } from './table-worker.ts';
import { alone, found, REMOTE_CONCURRENCY, store, turnsOf, type WorkCalls } from './stored-runs.ts';

export type { EvaluationPlan, PlanInput, RunEvent, RunSummary, StoredRun };

/** A run and its progress. */
export interface RunState {
  run: StoredRun;
  done: number;
}

/** All runs of this browser, the latest first. */
export const listRuns = (): Promise<RunState[]> => store.list();

/**
 * Creates a run from a plan; `startRun` executes it. `plan.dataset.source` is the id of a dataset of this browser, and
 * models are of the kind `lab`, by their ids here.
 * @throws {LabError} `bad-config` naming the field at fault, `bad-data` when the dataset has no supporter turn,
 * `quota`.
 */
export async function createRun(input: Omit<PlanInput, 'format' | 'version'>): Promise<StoredRun> {
  const plan = parsePlan({
    format: 'solace-lab-plan',
    version: 1,
    ...input,
    models: await Promise.all(input.models.map(withWeights)),
  });
  const turns = await turnsOf(plan);
  if (turns.length === 0)
    throw new LabError({
      code: 'bad-data',
      where: plan.dataset.name,
      what: 'It has no supporter turn that answers anything.',
      todo: 'Choose another dataset.',
    });
  const run: StoredRun = { id: uniqueId(), plan, total: planJobs(plan, turns).length, createdAt: Date.now() };
  await store.create(run);
  return run;
}

/** A model of this browser with the hashes of its weights, so that the run refuses others later. */
async function withWeights<Model extends PlanInput['models'][number]>(model: Model): Promise<Model> {
  if (model.kind !== 'lab' || model.weights) return model;
  const weights = await modelWeights(model.id);
  return weights ? { ...model, weights } : model;
}

/** @throws {LabError} `hash-mismatch` when a model is not the one that was planned. */
async function openPlanned(model: PlanModel, signal?: AbortSignal): Promise<LoadedModel> {
  if (model.kind === 'lab' && model.weights) checkWeights(model.name, model.weights, await modelWeights(model.id));
  return borrowModel(model.id, signal);
}

/**
 * Estimated milliseconds for the missing records of a run, from earlier runs with the same models; null without such
 * runs.
 */
export async function estimateRun(plan: EvaluationPlan, missing: number): Promise<number | null> {
  const each = await runReader.call(
    'meanTime',
    plan.models.map(({ id }) => id),
  );
  return each === null ? null : each * missing;
}

/**
 * Starts or resumes a run and stores each record as soon as it is finished. Only one tab may do so; a second is
 * refused. Aborting `signal` pauses it.
 * @throws {LabError} `busy` when another tab works on it, `hash-mismatch` when a model is not the one that was planned,
 * `quota` when a record could not be stored, `cancelled`.
 */
export async function startRun(id: string, { signal, onEvent, onWait }: WorkCalls<RunEvent> = {}): Promise<void> {
  await alone(id, async () => {
    const { plan } = await found(id);
    await store.begin(id, Date.now());
    const [turns, done, earlier] = await Promise.all([
      turnsOf(plan),
      store.recordKeys(id),
      plan.mode === 'roll-out' ? store.records(id) : [],
    ]);
    const events = runPlan({
      plan,
      turns,
      done: new Set(done),
      earlier,
      concurrency: REMOTE_CONCURRENCY,
      openModel: openPlanned,
      provenanceOf: provenanceInPage,
      ...planTools(plan, { compress, measure }, signal),
      signal,
      ...(onWait && { onWait }),
    });
    for await (const event of events) {
      if (event.type === 'record') await store.append(id, event.record);
      onEvent?.(event);
    }
  });
}

/**
 * The table of a run so far, with `resamples` of the bootstrap (default: 2,000) and the scores of the latest judge
 * unless `judge` names another.
 */
export async function summariseRun(
  id: string,
  { resamples, judge }: { resamples?: number; judge?: string | undefined } = {},
): Promise<RunSummary> {
  const { plan, total } = await found(id);
  return table.call('summarise', {
    id,
    plan,
    options: {
      machine: 'In a browser',
      expected: total,
      ...(resamples !== undefined && { resamples, permutations: resamples }),
    },
    judge,
  });
}

/** One table over several runs, with paired tests on the turns they share. */
export async function compareRuns(
  ids: readonly [string, ...string[]],
): Promise<{ plan: EvaluationPlan; summary: RunSummary }> {
  const runs = await Promise.all(
    ids.map(async (id) => ({ plan: (await found(id)).plan, records: await store.records(id) })),
  );
  const { plan, records } = combineRuns(runs as [(typeof runs)[0], ...typeof runs]);
  return {
    plan,
    summary: await table.call('aggregate', {
      plan,
      records,
      options: { machine: 'In a browser', expected: records.length },
    }),
  };
}

/**
 * A run as text: `json` can be imported again, `csv` is for spreadsheets, `html` for readers (with every reply if
 * `answers` is set).
 */
export async function exportRun(id: string, form: 'json' | 'csv' | 'html', { answers = false } = {}): Promise<string> {
  const { plan, total } = await found(id);
  if (form !== 'html') return runReader.call('exportStored', { id, plan, total, form });
  return shareHtml(plan, await summariseRun(id), answers ? await store.records(id) : []);
}

/**
 * Adds a run as a new one: an exported file, or `plan.json` and `records.jsonl` of a folder of the command line.
 * @throws {LabError} `bad-file` or `bad-config` that says what is wrong with it.
 */
export async function importRun(files: readonly File[]): Promise<StoredRun> {
  return runReader.call('importFiles', { files: [...files], id: uniqueId(), createdAt: Date.now() });
}

export async function removeRun(id: string): Promise<void> {
  await alone(id, () => store.remove(id));
}
