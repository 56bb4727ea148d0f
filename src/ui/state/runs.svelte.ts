import type { RetryWait } from '../../core/engine/retry.ts';
import { LabError } from '../../core/error.ts';
import {
  compareRuns,
  createRun,
  estimateRun,
  exportRun,
  importRun,
  listRuns,
  removeRun,
  startRun,
  summariseRun,
  type EvaluationPlan,
  type PlanInput,
  type RunState,
  type RunSummary,
} from '../../lab/runs/runs.ts';
import { toasts } from './toasts.svelte.ts';

/** Milliseconds between two tables of a run that goes on; each takes the worker a moment. */
const TABLE_PAUSE = 1500;
/** Resamples of the intervals while a run goes on. */
const LIVE_RESAMPLES = 100;

/** What a table is of: a run, or several side by side. */
export interface ShownTable {
  /** The run's id, or the ids of those compared, joined by commas. */
  of: string;
  plan: EvaluationPlan;
  summary: RunSummary;
}

/** What goes on in this tab: a run's models answer, a judge reads the answers, or a judge is held against people. */
export interface RunningRun {
  /** The run; blank where a judge is checked. */
  id: string;
  work: 'answering' | 'judging' | 'checking';
  /** What happens now, e.g. which model is loaded. */
  stage: string;
  done: number;
  total: number;
  remainingMs: number | null;
}

type Begun = Pick<RunningRun, 'id' | 'work' | 'done' | 'total'>;

/** What a piece of work tells while it goes on; `more` when the table has grown. */
export type Report = (
  stage: string,
  progress: Pick<RunningRun, 'done' | 'total' | 'remainingMs'>,
  more: boolean,
) => void;

/** The evaluation runs of this browser, and the one that is worked on here. */
class Runs {
  list = $state.raw<RunState[]>([]);
  loading = $state(true);
  running = $state.raw<RunningRun | null>(null);
  table = $state.raw<ShownTable | null>(null);
  error = $state.raw<LabError | null>(null);
  /** Tables in the making. */
  counting = $state(0);
  #stopping: AbortController | null = null;
  #tableId: string | null = null;
  #tableAt = 0;
  /** Number of the newest table asked for: one that took longer than a newer one is not shown. */
  #tableRequest = 0;
  /** Whose scores the table shows; the latest judge's where nobody chose. */
  #judge: string | undefined;

  async refresh(): Promise<void> {
    await this.attempt('The runs could not be read', async () => void (this.list = await listRuns()));
    this.loading = false;
  }

  find(id: string): RunState | undefined {
    return this.list.find(({ run }) => run.id === id);
  }

  create(plan: Omit<PlanInput, 'format' | 'version'>): Promise<string | undefined> {
    this.error = null;
    return this.attempt('The run could not be planned', async () => {
      const { id } = await createRun(plan);
      await this.refresh();
      return id;
    });
  }

  estimate(id: string): Promise<number | null | undefined> {
    const found = this.find(id);
    return this.attempt('The time could not be estimated', async () =>
      found ? estimateRun(found.run.plan, found.run.total - found.done) : null,
    );
  }

  start(id: string): Promise<void> {
    const { done = 0, run } = this.find(id) ?? {};
    return this.carryOut({ id, work: 'answering', done, total: run?.total ?? 0 }, 'The run stopped', (signal, report) =>
      startRun(id, {
        signal,
        onEvent: ({ type, progress }) =>
          report(type === 'loading' ? 'Loading the model' : 'Answering', progress, type === 'record'),
        onWait: this.waiting,
      }),
    );
  }

  /** Works on a run whose table grows meanwhile. */
  async carryOut(
    begin: Begun,
    what: string,
    work: (signal: AbortSignal, report: Report) => Promise<void>,
  ): Promise<void> {
    const { id } = begin;
    await this.occupy(
      begin,
      what,
      (signal, report) =>
        work(signal, (stage, progress, more) => {
          report(stage, progress, more);
          if (more && performance.now() - this.#tableAt > TABLE_PAUSE)
            void this.show(id, { resamples: LIVE_RESAMPLES });
        }),
      () => this.show(id),
    );
  }

  /** One piece of work at a time; `after` begins before the next may, and is awaited. */
  async occupy(
    begin: Begun,
    what: string,
    work: (signal: AbortSignal, report: Report) => Promise<void>,
    after?: () => Promise<void>,
  ): Promise<void> {
    if (this.running) return;
    this.error = null;
    const stopping = new AbortController();
    this.#stopping = stopping;
    this.running = { ...begin, stage: 'Getting ready', remainingMs: null };
    await this.attempt(what, () =>
      work(stopping.signal, (stage, progress) => void (this.running = { ...begin, stage, ...progress })),
    );
    await this.refresh();
    const finishing = after?.();
    this.running = null;
    await finishing;
  }

  /** Says why nothing happens while a server is busy or away. */
  waiting = ({ milliseconds, error }: RetryWait): void => {
    if (this.running)
      this.running = {
        ...this.running,
        stage: `Trying again in ${Math.ceil(milliseconds / 1000)} s. ${error.detail.what}`,
      };
  };

  pause = (): void => this.#stopping?.abort();

  /**
   * Shows the table of a run as far as it is done, with the scores of the judge shown last unless `judge` names
   * another.
   */
  async show(id: string, { resamples, judge }: { resamples?: number; judge?: string } = {}): Promise<void> {
    this.#tableAt = performance.now();
    if (this.#tableId !== id) [this.table, this.#judge] = [null, undefined];
    this.#tableId = id;
    this.#judge = judge ?? this.#judge;
    const request = ++this.#tableRequest;
    await this.#count('The table could not be made', async () => {
      const plan = this.find(id)?.run.plan;
      const summary = await summariseRun(id, { ...(resamples !== undefined && { resamples }), judge: this.#judge });
      if (this.#tableRequest === request && plan) this.table = { of: id, plan, summary };
    });
  }

  async compare(ids: readonly [string, ...string[]]): Promise<void> {
    const of = ids.join();
    this.#tableId = of;
    const request = ++this.#tableRequest;
    await this.#count('The runs could not be compared', async () => {
      const compared = await compareRuns(ids);
      if (this.#tableRequest === request) this.table = { of, ...compared };
    });
  }

  /** The text of an exported run; undefined where it failed. */
  text(id: string, form: 'json' | 'csv' | 'html', answers = false): Promise<string | undefined> {
    return this.attempt('The run could not be exported', () => exportRun(id, form, { answers }));
  }

  import(file: File): Promise<string | undefined> {
    this.error = null;
    return this.attempt('The run could not be imported', async () => {
      const { id, plan } = await importRun(file);
      await this.refresh();
      toasts.show(`Imported “${plan.name}”.`);
      return id;
    });
  }

  async remove(id: string): Promise<void> {
    this.error = null;
    await this.attempt('The run could not be deleted', () => removeRun(id));
    await this.refresh();
  }

  dismiss = (): void => void (this.error = null);

  async #count(what: string, work: () => Promise<void>): Promise<void> {
    this.counting++;
    await this.attempt(what, work);
    this.counting--;
  }

  /** Runs `work`; what it throws is shown, and `what` says what failed. */
  async attempt<Result>(what: string, work: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await work();
    } catch (error) {
      const failure = LabError.from(error, { code: 'bad-data', what });
      if (failure.code !== 'cancelled') this.error = failure;
      return undefined;
    }
  }
}

export const runs = new Runs();
