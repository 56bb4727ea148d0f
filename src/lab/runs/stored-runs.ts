import type { RetryWait } from '../../core/engine/retry.ts';
import { LabError } from '../../core/error.ts';
import type { RunVerdicts } from '../../core/judge/run-verdict.ts';
import type { EvaluationPlan } from '../../core/evaluation/plan.ts';
import { sampleTurns, type SampledTurn } from '../../core/evaluation/turns.ts';
import { RunStore, type StoredRun } from '../../browser/storage/run-store.ts';
import { builtIn, SOLACE_72_ID } from '../../core/dataset/built-in.ts';
import { getDataset } from '../datasets.ts';

/** The runs of this browser. */
export const store = new RunStore();

/** Concurrent turns with a model behind an endpoint. */
export const REMOTE_CONCURRENCY = 4;

/** Callbacks of work on a run, and the signal that stops it. */
export interface WorkCalls<Event> {
  signal?: AbortSignal;
  onEvent?: (event: Event) => void;
  /** Called before a request to a busy or unreachable server is repeated. */
  onWait?: (wait: RetryWait) => void;
}

/**
 * A run by its id.
 * @throws {LabError} `not-found` when there is none.
 */
export async function found(id: string): Promise<StoredRun> {
  const run = await store.get(id);
  if (run) return run;
  throw new LabError({
    code: 'not-found',
    where: 'Runs',
    what: 'This run does not exist in this browser.',
    todo: 'Import its file, or choose one from the list.',
  });
}

/**
 * The supporter turns of a plan.
 * @throws {LabError} `not-found` when its dataset is not in this browser.
 */
export async function turnsOf(plan: EvaluationPlan): Promise<SampledTurn[]> {
  const { dialogues } = await getDataset(plan.dataset.source);
  // The first way of sampling needs the ids of that version. Imported datasets were stored with theirs.
  const named = plan.sampling === 1 && builtIn(plan.dataset.source)?.id === SOLACE_72_ID;
  return sampleTurns(
    named ? dialogues.map((dialogue, i) => ({ ...dialogue, id: `${SOLACE_72_ID}.json record ${i + 1}` })) : dialogues,
    plan,
  );
}

/** Every judge of a run with its verdicts, earliest first. */
export async function judgingsOf(id: string): Promise<RunVerdicts[]> {
  const judges = (await store.judges(id)).sort((a, b) => a.begunAt - b.begunAt);
  return Promise.all(judges.map(async (judge) => ({ judge, verdicts: await store.verdicts(id, judge.id) })));
}

/**
 * Runs `work` while no other tab works on the run. The lock ends with the tab, however that ends. Pages that are not
 * served securely have no locks, so no tab is excluded there.
 *
 * @throws {LabError} `busy` when another tab does.
 */
export async function alone<Result>(id: string, work: () => Promise<Result>): Promise<Result> {
  if (!navigator.locks) return work();
  return navigator.locks.request(`solace-run-${id}`, { ifAvailable: true }, (lock) => {
    if (lock) return work();
    throw new LabError({
      code: 'busy',
      where: 'Runs',
      what: 'Another tab is working on this run.',
      todo: 'Pause it there first, or wait until it has finished.',
    });
  });
}
