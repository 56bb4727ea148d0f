import { validationOf } from '../../core/judge/judge-dialogues.ts';
import type { CheckEvent, JudgeCheck, JudgedCheckDialogue, WorkCalls } from '../../lab/index.ts';
import { runTexts as t } from '../texts/runs.ts';
import type { Runs } from './runs.svelte.ts';

/** Has a model judge whole conversations; those that are `done` are not judged again. */
export type CheckJudge = (
  check: JudgeCheck,
  calls: Required<WorkCalls<CheckEvent>> & { done: readonly JudgedCheckDialogue[] },
) => Promise<void>;

/**
 * Validates a judge against human ratings. Its results last as long as the page, so a stopped check can be resumed.
 */
export class JudgeChecking {
  judged = $state.raw<JudgedCheckDialogue[]>([]);
  readonly #checkJudge: CheckJudge;
  readonly #runs: Pick<Runs, 'runExclusive' | 'waiting'>;
  #check = '';

  readonly validation = $derived(this.judged.length > 0 ? validationOf(this.judged) : null);

  constructor(checkJudge: CheckJudge, runs: Pick<Runs, 'runExclusive' | 'waiting'>) {
    this.#checkJudge = checkJudge;
    this.#runs = runs;
  }

  /** Starts a check, or resumes it where it is the same as before. */
  async start(check: JudgeCheck): Promise<void> {
    const same = JSON.stringify(check);
    await this.#runs.runExclusive({
      id: '',
      work: 'checking',
      done: 0,
      total: 0,
      failed: 'The check stopped',
      run: async (signal, report) => {
        if (same !== this.#check) this.judged = [];
        this.#check = same;
        await this.#checkJudge(check, {
          done: this.judged,
          signal,
          onEvent: (event) => {
            if (event.type === 'judged') this.judged = [...this.judged, event.judged];
            report(event.type === 'loading' ? t.stages.loadingJudge : t.stages.judging, event.progress, false);
          },
          onWait: this.#runs.waiting,
        });
      },
    });
  }
}
