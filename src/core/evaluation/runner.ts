import { rememberingTokenizer, type ModelTokenizer } from '../context/tokenizer.ts';
import { scorableModel } from '../engine/capabilities.ts';
import type { LoadedInfo, LoadedModel } from '../engine/engine.ts';
import { retryingModel, type RetryWait } from '../engine/retry.ts';
import { concernsOneItem, throwIfCancelled } from '../error.ts';
import type { HistoryMethod } from '../compression/history/history.ts';
import { ProgressEstimator, type RunProgress } from './progress-estimator.ts';
import { rememberingLikelihood, type ScoreReply } from './likelihood.ts';
import { conditionsOf, type EvaluationPlan, type PlanModel } from './plan.ts';
import { turnsHash, type ModelProvenance, type Provenance } from './provenance.ts';
import { oneAhead } from '../async/one-ahead.ts';
import { pooled } from '../async/pooled.ts';
import type { ResultRecord } from './record.ts';
import { failedRecord, jobKey, respond, type Compress, type Job, type OpenHistory } from './respond.ts';
import { RollOut, type EarlierRecord } from './roll-out.ts';
import type { SampledTurn } from './turns.ts';

export type { RunProgress };

export interface RunDependencies {
  plan: EvaluationPlan;
  turns: readonly SampledTurn[];
  /** Keys of the existing records; see `recordKey`. */
  done: ReadonlySet<string>;
  /** Those records; a roll-out builds on their replies. Other runs do not need them. */
  earlier?: readonly EarlierRecord[] | undefined;
  openModel: (model: PlanModel, signal?: AbortSignal) => Promise<LoadedModel>;
  compress: Compress;
  openHistory: OpenHistory;
  /** What made a record, for its provenance; without it, records have none. */
  provenanceOf?: ((model: PlanModel, info: LoadedInfo) => Promise<ModelProvenance>) | undefined;
  /** Computes the metrics of one hypothesis. */
  measure: (hypothesis: string, reference: string, signal?: AbortSignal) => Promise<ResultRecord['scores']>;
  /** Maximum number of turns in flight, if the model is remote. Default 1. */
  concurrency?: number | undefined;
  /**
   * Every model finishes this many dialogues before the next ones, so that a run that is stopped early is balanced.
   * Default: all.
   */
  dialoguesAtOnce?: number | undefined;
  /** Called before a request to a busy or unreachable server is retried. */
  onWait?: ((wait: RetryWait) => void) | undefined;
  signal?: AbortSignal | undefined;
}

export type RunEvent =
  | { type: 'loading'; model: string; progress: RunProgress }
  | { type: 'record'; record: ResultRecord; progress: RunProgress };

/** Everything a plan asks for, ordered to reuse the KV cache as much as possible. */
export function planJobs(plan: EvaluationPlan, turns: readonly SampledTurn[]): Job[] {
  const conditions = conditionsOf(plan);
  return plan.models.flatMap(({ id }) =>
    conditions.flatMap((condition) => turns.map((turn) => ({ model: id, condition, turn }))),
  );
}

/**
 * Runs a plan and yields each record when it is finished; the caller stores it before it asks for the next, while the
 * model is already at the next turn. Running it again with the keys of the stored records resumes it. A turn that a
 * model refuses for its data, or does not reply to, becomes a record with an `error`; every other failure ends the run.
 * @throws {LabError} `cancelled` on `signal`, and whatever loading and answering throw.
 */
export async function* runPlan(parts: RunDependencies): AsyncGenerator<RunEvent> {
  const { plan, signal } = parts;
  const all = planJobs(plan, parts.turns);
  const open = all.filter((job) => !parts.done.has(jobKey(job)));
  const pace = new ProgressEstimator(all.length, open.length);
  const rollOut = plan.mode === 'roll-out' ? new RollOut(parts.turns, parts.earlier) : undefined;
  let current: Current | undefined;
  try {
    for (const { spec, dialogues } of shifts(parts)) {
      const jobs = open.filter(({ model, turn }) => model === spec.id && dialogues.has(turn.dialogue));
      if (jobs.length === 0) continue;
      throwIfCancelled(signal);
      if (current?.id !== spec.id) {
        yield { type: 'loading', model: spec.id, progress: pace.progress };
        if (!current) prepareCompression(parts);
        await current?.model.unload();
        current = undefined;
        current = await openedWith(
          retryingModel(await parts.openModel(spec, signal), { onWait: parts.onWait }),
          spec,
          parts,
        );
      }
      const ready = current;
      const concurrency = ready.model.info.device === 'remote' ? Math.max(1, parts.concurrency ?? 1) : 1;
      pace.start();
      const answer = (job: Job, stop: AbortSignal) => {
        const record = answered(ready, job, { ...parts, rollOut }, stop);
        rollOut?.expect(job, record);
        return record;
      };
      const measure = (record: ResultRecord, job: Job, stop: AbortSignal) => measured(record, job, parts, stop);
      const both = async (job: Job, stop: AbortSignal) => measure(await answer(job, stop), job, stop);
      // One by one, a model goes through dialogue after dialogue and finds what it has read in its KV cache. It is
      // already at the next turn while the metrics of a reply are computed and the record is stored.
      const records =
        concurrency > 1
          ? pooled(rollOut?.abreast(jobs) ?? jobs, concurrency, both, signal)
          : oneAhead(jobs, answer, measure, signal);
      for await (const record of records) yield { type: 'record', record, progress: pace.count() };
    }
  } finally {
    await current?.model.unload();
  }
}

/** Starts what compresses, while the model is being loaded, so that no reply waits for it. */
function prepareCompression({ plan, turns, compress }: RunDependencies): void {
  const texts = turns[0]?.before.map(({ text }) => text) ?? [];
  // A failure is reported when a context needs it.
  for (const representation of plan.representations) compress(texts, representation).catch(() => undefined);
}

/**
 * The loaded model, and the history methods that use it. They live as long as it does, because summaries build on
 * earlier ones.
 */
interface Current {
  id: string;
  model: LoadedModel;
  histories: ReadonlyMap<string, HistoryMethod>;
  tokenizer: ModelTokenizer | null;
  scoreReply: ScoreReply | null;
  provenance: Provenance | undefined;
}

async function openedWith(
  model: LoadedModel,
  spec: PlanModel,
  { plan, turns, openHistory, provenanceOf }: RunDependencies,
): Promise<Current> {
  const methods = (plan.histories ?? []).map((spec) => openHistory(spec, model));
  const scorable = scorableModel(model);
  return {
    id: spec.id,
    model,
    scoreReply: scorable ? rememberingLikelihood(scorable) : null,
    histories: new Map(methods.map((method) => [method.id, method])),
    tokenizer: model.tokenizer ? rememberingTokenizer(model.tokenizer) : null,
    provenance: provenanceOf && { ...(await provenanceOf(spec, model.info)), data: turnsHash(turns) },
  };
}

/** The order of models and dialogues. It alternates direction, so that fewer models are loaded. */
function* shifts({
  plan,
  turns,
  dialoguesAtOnce = Infinity,
}: RunDependencies): Generator<{ spec: PlanModel; dialogues: ReadonlySet<string> }> {
  const dialogues = [...new Set(turns.map(({ dialogue }) => dialogue))];
  let models = plan.models;
  for (let at = 0; at < dialogues.length; at += dialoguesAtOnce) {
    const together = new Set(dialogues.slice(at, at + dialoguesAtOnce));
    for (const spec of models) yield { spec, dialogues: together };
    models = [...models].reverse();
  }
}

/** A record without its metrics. */
async function answered(
  { model, provenance, ...tools }: Current,
  job: Job,
  { plan, compress, rollOut }: RunDependencies & { rollOut: RollOut | undefined },
  signal: AbortSignal,
): Promise<ResultRecord> {
  const record = await orFailed(job, async () =>
    respond(model, rollOut ? await rollOut.following(job) : job, plan, { ...tools, compress }, signal),
  );
  return { ...record, ...(provenance && { provenance }) };
}

/** The record with its metrics, if there is a reply. */
async function measured(
  record: ResultRecord,
  job: Job,
  { measure }: RunDependencies,
  signal: AbortSignal,
): Promise<ResultRecord> {
  const { hypothesis, reference, provenance } = record;
  if (hypothesis === null) return record;
  const whole = await orFailed(job, async () => ({ ...record, scores: await measure(hypothesis, reference, signal) }));
  return { ...whole, ...(provenance && { provenance }) };
}

/** The record of a failed turn, if only that is at fault. */
async function orFailed(job: Job, work: () => Promise<ResultRecord>): Promise<ResultRecord> {
  try {
    return await work();
  } catch (error) {
    if (!concernsOneItem(error)) throw error;
    return failedRecord(job, error);
  }
}
