import type { LabError } from '../../core/error.ts';
import { judgeIdOf } from '../../core/judge/run-verdict.ts';
import type { ChosenJudge, JudgePair, JudgeState, JudgingEvent, WorkCalls } from '../../lab/index.ts';
import { runTexts as t } from '../texts/runs.ts';
import { attempt } from './attempt.ts';
import { Latest } from './latest.ts';
import type { Runs } from './runs.svelte.ts';

/** Judges the replies of runs. */
export interface JudgingService {
  judgesOfRun(run: string): Promise<JudgeState[]>;
  judgePairsOf(run: string): Promise<JudgePair[]>;
  judgeRunReplies(run: string, judge: ChosenJudge, calls: Required<WorkCalls<JudgingEvent>>): Promise<void>;
}

/** The judges of one run. */
export class Judging {
  judges = $state.raw<JudgeState[]>([]);
  /** How well each two of them agree. */
  pairs = $state.raw<JudgePair[]>([]);
  error = $state.raw<LabError | null>(null);
  readonly #run: string;
  readonly #service: JudgingService;
  readonly #runs: Pick<Runs, 'runExclusive' | 'waiting' | 'show'>;
  readonly #reading = new Latest();

  constructor(run: string, service: JudgingService, runs: Pick<Runs, 'runExclusive' | 'waiting' | 'show'>) {
    this.#run = run;
    this.#service = service;
    this.#runs = runs;
  }

  async refresh(): Promise<void> {
    const current = this.#reading.ask();
    const failed = { code: 'bad-data', what: 'The judges could not be read' } as const;
    await attempt(
      (error) => (this.error = error),
      failed,
      async () => {
        const read = await Promise.all([this.#service.judgesOfRun(this.#run), this.#service.judgePairsOf(this.#run)]);
        if (!current()) return;
        [this.judges, this.pairs] = read;
        this.error = null;
      },
    );
  }

  /** Has a model judge the replies, or resumes that; the table shows its scores. */
  async start(judge: ChosenJudge): Promise<void> {
    const id = judgeIdOf(judge);
    const { done = 0, total = 0 } = this.judges.find((each) => each.judge.id === id) ?? {};
    await this.#runs.runExclusive({
      id: this.#run,
      work: 'judging',
      done,
      total,
      failed: 'Judging stopped',
      run: (signal, report) => {
        void this.show(id);
        return this.#service.judgeRunReplies(this.#run, judge, {
          signal,
          onEvent: ({ type, progress }) =>
            report(type === 'loading' ? t.stages.loadingJudge : t.stages.judging, progress, type === 'verdict'),
          onWait: this.#runs.waiting,
        });
      },
    });
    await this.refresh();
  }

  show(judge: string): Promise<void> {
    return this.#runs.show(this.#run, { judge });
  }
}
