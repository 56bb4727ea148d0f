import { LabError } from '../../error.ts';
import {
  compareRuns, createRun, estimateRun, exportRun, importRun, listRuns, removeRun, startRun, summariseRun,
  type EvaluationPlan, type PlanInput, type RunState, type RunSummary,
} from '../../lab/runs.ts';
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

/** The run that goes on in this tab. */
export interface RunningRun {
  id: string;
  /** What happens now, e.g. which model is loaded. */
  stage: string;
  done: number;
  total: number;
  remainingMs: number | null;
}

/** The evaluation runs of this browser, and the one that is carried out here. */
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

  async refresh(): Promise<void> {
    await this.#attempt('The runs could not be read', async () => void (this.list = await listRuns()));
    this.loading = false;
  }

  find(id: string): RunState | undefined {
    return this.list.find(({ run }) => run.id === id);
  }

  create(plan: Omit<PlanInput, 'format' | 'version'>): Promise<string | undefined> {
    this.error = null;
    return this.#attempt('The run could not be planned', async () => {
      const { id } = await createRun(plan);
      await this.refresh();
      return id;
    });
  }

  estimate(id: string): Promise<number | null | undefined> {
    const found = this.find(id);
    return this.#attempt('The time could not be estimated', async () => (found ? estimateRun(found.run.plan, found.run.total - found.done) : null));
  }

  async start(id: string): Promise<void> {
    if (this.running) return;
    this.error = null;
    const stopping = new AbortController();
    this.#stopping = stopping;
    const { done = 0, run } = this.find(id) ?? {};
    this.running = { id, stage: 'Getting ready', done, total: run?.total ?? 0, remainingMs: null };
    await this.#attempt('The run stopped', () =>
      startRun(id, {
        signal: stopping.signal,
        onEvent: ({ progress, ...event }) => {
          this.running = { id, stage: event.type === 'loading' ? 'Loading the model' : 'Answering', ...progress };
          if (event.type === 'record' && performance.now() - this.#tableAt > TABLE_PAUSE) void this.show(id, LIVE_RESAMPLES);
        },
      }),
    );
    await this.refresh();
    const table = this.show(id);
    this.running = null;
    await table;
  }

  pause = (): void => this.#stopping?.abort();

  /** Shows the table of a run as far as it is done. */
  async show(id: string, resamples?: number): Promise<void> {
    this.#tableAt = performance.now();
    if (this.#tableId !== id) this.table = null;
    this.#tableId = id;
    await this.#count('The table could not be made', async () => {
      const plan = this.find(id)?.run.plan;
      const summary = await summariseRun(id, resamples);
      if (this.#tableId === id && plan) this.table = { of: id, plan, summary };
    });
  }

  async compare(ids: readonly [string, ...string[]]): Promise<void> {
    const of = ids.join();
    this.#tableId = of;
    await this.#count('The runs could not be compared', async () => void (this.table = { of, ...(await compareRuns(ids)) }));
  }

  /** The text of an exported run; undefined where it failed. */
  text(id: string, form: 'json' | 'csv' | 'html', answers = false): Promise<string | undefined> {
    return this.#attempt('The run could not be exported', () => exportRun(id, form, { answers }));
  }

  import(file: File): Promise<string | undefined> {
    this.error = null;
    return this.#attempt('The run could not be imported', async () => {
      const { id, plan } = await importRun(file);
      await this.refresh();
      toasts.show(`Imported “${plan.name}”.`);
      return id;
    });
  }

  async remove(id: string): Promise<void> {
    this.error = null;
    await this.#attempt('The run could not be deleted', () => removeRun(id));
    await this.refresh();
  }

  dismiss = (): void => void (this.error = null);

  async #count(what: string, work: () => Promise<void>): Promise<void> {
    this.counting++;
    await this.#attempt(what, work);
    this.counting--;
  }

  async #attempt<Result>(what: string, work: () => Promise<Result>): Promise<Result | undefined> {
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
