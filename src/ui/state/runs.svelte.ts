import type { RetryWait } from '../../core/engine/retry.ts';
import type { LabError } from '../../core/error.ts';
import type {
  CommittedRun,
  EvaluationPlan,
  PlanInput,
  RunEvent,
  RunState,
  RunSummary,
  StoredRun,
  WorkCalls,
} from '../../lab/index.ts';
import { errorMeaning } from '../texts/in-use.svelte.ts';
import { runTexts as t } from '../texts/runs.ts';
import { attempt } from './attempt.ts';
import { Latest } from './latest.ts';
import type { Toasts } from './toasts.svelte.ts';

/** Milliseconds between two tables of a run in progress; each costs the worker some time. */
const TABLE_PAUSE = 1500;
/** Resamples of the confidence intervals while a run is in progress. */
const LIVE_RESAMPLES = 100;

/** A table of one run, or of several side by side. */
export interface ShownTable {
  /** The run's id, or the ids of those compared, joined by commas. */
  of: string;
  plan: EvaluationPlan;
  summary: RunSummary;
  /** Permutations of each test; absent for the usual number. */
  permutations?: number | undefined;
}

/** The work in this tab: models reply, a judge scores the replies, or a judge is validated. */
export interface RunningRun {
  /** The run's id; empty while a judge is validated. */
  id: string;
  work: 'answering' | 'judging' | 'checking';
  /** The current step, e.g. which model is being loaded. */
  stage: string;
  done: number;
  total: number;
  remainingMs: number | null;
}

/** How a piece of work reports its progress; `tableGrew` when the run's table has more to show. */
export type Report = (
  stage: string,
  progress: Pick<RunningRun, 'done' | 'total' | 'remainingMs'>,
  tableGrew: boolean,
) => void;

/** Work that must not run concurrently with other work. */
export interface ExclusiveWork extends Pick<RunningRun, 'id' | 'work' | 'done' | 'total'> {
  /** The message if it fails, e.g. "The run stopped". */
  failed: string;
  run: (signal: AbortSignal, report: Report) => Promise<void>;
}

/** The evaluation runs of this browser. */
export interface RunService {
  listRuns(): Promise<RunState[]>;
  listCommittedRuns(): Promise<CommittedRun[]>;
  createRun(plan: Omit<PlanInput, 'format' | 'version'>): Promise<StoredRun>;
  estimateRun(plan: EvaluationPlan, missing: number): Promise<number | null>;
  startRun(id: string, calls: Required<WorkCalls<RunEvent>>): Promise<void>;
  summariseRun(id: string, options: { resamples?: number; judge?: string | undefined }): Promise<RunSummary>;
  compareRuns(ids: readonly [string, ...string[]]): Promise<Omit<ShownTable, 'of'>>;
  exportRun(id: string, form: 'json' | 'csv' | 'html', options: { answers: boolean }): Promise<string>;
  importRun(files: readonly File[]): Promise<StoredRun>;
  removeRun(id: string): Promise<void>;
}

interface Dependencies {
  service: RunService;
  toasts: Pick<Toasts, 'show'>;
  /** A clock, in milliseconds. */
  now: () => number;
}

/** The evaluation runs of this browser, and the one in progress in this tab. */
export class Runs {
  list = $state.raw<RunState[]>([]);
  /** The runs that come with the lab. */
  committed = $state.raw<CommittedRun[]>([]);
  loading = $state(true);
  running = $state.raw<RunningRun | null>(null);
  table = $state.raw<ShownTable | null>(null);
  error = $state.raw<LabError | null>(null);
  /** Number of tables being computed. */
  counting = $state(0);
  readonly #service: RunService;
  readonly #toasts: Dependencies['toasts'];
  readonly #now: () => number;
  readonly #listing = new Latest();
  /** Keeps a slow table from replacing a newer one. */
  readonly #tables = new Latest();
  #stopping: AbortController | null = null;
  #tableId: string | null = null;
  #tableAt = 0;
  /** The judge whose scores the table shows; the latest judge unless one was chosen. */
  #judge: string | undefined;

  constructor({ service, toasts, now }: Dependencies) {
    this.#service = service;
    this.#toasts = toasts;
    this.#now = now;
  }

  async refresh(): Promise<void> {
    const current = this.#listing.ask();
    await this.#attempt('The runs could not be read', async () => {
      const list = await this.#service.listRuns();
      if (current()) this.list = list;
    });
    await this.#readCommitted();
    this.loading = false;
  }

  /** Without a network the runs of this browser can still be used, so a failure is not shown. */
  async #readCommitted(): Promise<void> {
    if (this.committed.length === 0) this.committed = await this.#service.listCommittedRuns().catch(() => []);
  }

  find(id: string): RunState | undefined {
    return this.list.find(({ run }) => run.id === id);
  }

  create(plan: Omit<PlanInput, 'format' | 'version'>): Promise<string | undefined> {
    this.error = null;
    return this.#attempt('The run could not be planned', async () => {
      const { id } = await this.#service.createRun(plan);
      await this.refresh();
      return id;
    });
  }

  estimate(id: string): Promise<number | null | undefined> {
    const found = this.find(id);
    return this.#attempt('The time could not be estimated', async () =>
      found ? this.#service.estimateRun(found.run.plan, found.run.total - found.done) : null,
    );
  }

  /** Starts a run, or resumes it. */
  start(id: string): Promise<void> {
    const { done = 0, run } = this.find(id) ?? {};
    return this.runExclusive({
      id,
      work: 'answering',
      done,
      total: run?.total ?? 0,
      failed: 'The run stopped',
      run: (signal, report) =>
        this.#service.startRun(id, {
          signal,
          onEvent: ({ type, progress }) =>
            report(type === 'loading' ? t.stages.loading : t.stages.answering, progress, type === 'record'),
          onWait: this.waiting,
        }),
    });
  }

  /** Runs one piece of work at a time; does nothing while another is in progress. Keeps the run's table up to date. */
  async runExclusive({ failed, run, ...begun }: ExclusiveWork): Promise<void> {
    if (this.running) return;
    this.error = null;
    const stopping = new AbortController();
    this.#stopping = stopping;
    this.running = { ...begun, stage: t.stages.ready, remainingMs: null };
    await this.#attempt(failed, () =>
      run(stopping.signal, (stage, progress, tableGrew) => {
        this.running = { ...begun, stage, ...progress };
        if (begun.id && tableGrew && this.#now() - this.#tableAt > TABLE_PAUSE)
          void this.show(begun.id, { resamples: LIVE_RESAMPLES });
      }),
    );
    await this.refresh();
    // The last table is requested before other work may start, but that does not wait for it.
    const table = begun.id ? this.show(begun.id) : undefined;
    this.running = null;
    await table;
  }

  /** Shows why nothing happens while a server is busy or unreachable. */
  readonly waiting = ({ milliseconds, error }: RetryWait): void => {
    if (!this.running) return;
    const stage = t.waiting(Math.ceil(milliseconds / 1000), errorMeaning(error.code) ?? error.detail.what);
    this.running = { ...this.running, stage };
  };

  readonly pause = (): void => this.#stopping?.abort();

  /** Shows the table of a run so far, with the scores of the judge shown last unless `judge` names another. */
  async show(id: string, { resamples, judge }: { resamples?: number; judge?: string } = {}): Promise<void> {
    this.#tableAt = this.#now();
    if (this.#tableId !== id) [this.table, this.#judge] = [null, undefined];
    this.#judge = judge ?? this.#judge;
    await this.#makeTable(id, 'The table could not be made', async () => {
      const plan = this.find(id)?.run.plan;
      const options = { ...(resamples !== undefined && { resamples }), judge: this.#judge };
      const summary = await this.#service.summariseRun(id, options);
      return plan && { plan, summary, permutations: resamples };
    });
  }

  async compare(ids: readonly [string, ...string[]]): Promise<void> {
    await this.#makeTable(ids.join(), 'The runs could not be compared', () => this.#service.compareRuns(ids));
  }

  /** The text of an exported run; undefined where it failed. */
  text(id: string, form: 'json' | 'csv' | 'html', answers = false): Promise<string | undefined> {
    return this.#attempt('The run could not be exported', () => this.#service.exportRun(id, form, { answers }));
  }

  import(files: readonly File[]): Promise<string | undefined> {
    this.error = null;
    return this.#attempt('The run could not be imported', async () => {
      const { id, plan } = await this.#service.importRun(files);
      await this.refresh();
      this.#toasts.show(t.imported(plan.name));
      return id;
    });
  }

  async remove(id: string): Promise<void> {
    this.error = null;
    await this.#attempt('The run could not be deleted', () => this.#service.removeRun(id));
    await this.refresh();
  }

  readonly dismiss = (): void => void (this.error = null);

  async #makeTable(of: string, failed: string, make: () => Promise<Omit<ShownTable, 'of'> | undefined>): Promise<void> {
    this.#tableId = of;
    const current = this.#tables.ask();
    this.counting++;
    await this.#attempt(failed, async () => {
      const table = await make();
      if (table && current()) this.table = { of, ...table };
    });
    this.counting--;
  }

  #attempt<Result>(what: string, work: () => Promise<Result>): Promise<Result | undefined> {
    return attempt((error) => (this.error = error), { code: 'bad-data', what }, work);
  }
}
