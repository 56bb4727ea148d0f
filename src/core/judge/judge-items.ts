import type { LoadedModel } from '../engine/engine.ts';
import { retryingModel, type RetryWait } from '../engine/retry.ts';
import { throwIfCancelled } from '../error.ts';
import { ProgressEstimator, type RunProgress } from '../evaluation/progress-estimator.ts';
import { pooled } from '../async/pooled.ts';

/** How a judge is loaded and stopped. */
export interface JudgeAccess {
  openModel: (signal?: AbortSignal) => Promise<LoadedModel>;
  /** Maximum number of items in flight, if the judge is remote. Default 1. */
  concurrency?: number;
  /** Called before a request to a busy or unreachable server is retried. */
  onWait?: (wait: RetryWait) => void;
  signal?: AbortSignal;
}

export type JudgeItemsEvent<Result> =
  { type: 'loading'; progress: RunProgress } | { type: 'result'; result: Result; progress: RunProgress };

/**
 * Loads a judge, has it judge the `open` items of `total` and yields each result when it is finished; nothing is loaded
 * if no item is open.
 * @throws {LabError} `cancelled` on `signal`, and whatever loading and `work` throw.
 */
export async function* judgeItems<Item, Result>(
  open: readonly Item[],
  total: number,
  work: (model: LoadedModel, item: Item, signal: AbortSignal) => Promise<Result>,
  { openModel, concurrency = 1, onWait, signal }: JudgeAccess,
): AsyncGenerator<JudgeItemsEvent<Result>> {
  if (open.length === 0) return;
  const pace = new ProgressEstimator(total, open.length);
  throwIfCancelled(signal);
  yield { type: 'loading', progress: pace.progress };
  const model = retryingModel(await openModel(signal), { onWait });
  try {
    pace.start();
    const limit = model.info.device === 'remote' ? Math.max(1, concurrency) : 1;
    for await (const result of pooled(open, limit, (item, stop) => work(model, item, stop), signal))
      yield { type: 'result', result, progress: pace.count() };
  } finally {
    await model.unload();
  }
}
