import { judgePairsOf, judgeRunReplies, judgesOfRun, type JudgePair, type JudgeState } from '../../lab/runs/judging.ts';
import { runs } from './runs.svelte.ts';

/** The judges of one run. */
export class Judging {
  judges = $state.raw<JudgeState[]>([]);
  /** How they agree. */
  pairs = $state.raw<JudgePair[]>([]);
  readonly #run: string;

  constructor(run: string) {
    this.#run = run;
  }

  async refresh(): Promise<void> {
    const read = await runs.attempt('The judges could not be read', () =>
      Promise.all([judgesOfRun(this.#run), judgePairsOf(this.#run)]),
    );
    if (read) [this.judges, this.pairs] = read;
  }

  /** Has a model judge the replies, or goes on with it; the table shows its scores. */
  async start(judge: { model: string; name: string; rounds: number }): Promise<void> {
    const { done = 0, total = 0 } = this.judges.find(({ judge: { id } }) => id === judge.model) ?? {};
    await runs.carryOut({ id: this.#run, work: 'judging', done, total }, 'Judging stopped', (signal, report) => {
      void this.show(judge.model);
      return judgeRunReplies(this.#run, judge, {
        signal,
        onEvent: ({ type, progress }) =>
          report(type === 'loading' ? 'Loading the judge' : 'Judging', progress, type === 'verdict'),
        onWait: runs.waiting,
      });
    });
    await this.refresh();
  }

  show(judge: string): Promise<void> {
    return runs.show(this.#run, { judge });
  }
}
