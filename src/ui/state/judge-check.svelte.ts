import { checkJudge, validationOf, type JudgeCheck, type JudgedCheckDialogue } from '../../lab/judge/check.ts';
import { runs } from './runs.svelte.ts';

/** A judge held against people. What is judged lasts as long as the page, and a check that was stopped goes on. */
class JudgeChecking {
  judged = $state.raw<JudgedCheckDialogue[]>([]);
  #check = '';

  readonly validation = $derived(this.judged.length > 0 ? validationOf(this.judged) : null);

  /** Begins a check, or goes on with it where it is the same as before. */
  async start(check: JudgeCheck): Promise<void> {
    const same = JSON.stringify(check);
    await runs.occupy({ id: '', work: 'checking', done: 0, total: 0 }, 'The check stopped', async (signal, report) => {
      if (same !== this.#check) this.judged = [];
      this.#check = same;
      await checkJudge(check, {
        done: this.judged,
        signal,
        onEvent: (event) => {
          if (event.type === 'judged') this.judged = [...this.judged, event.judged];
          report(event.type === 'loading' ? 'Loading the judge' : 'Judging', event.progress, false);
        },
        onWait: runs.waiting,
      });
    });
  }
}

export const judgeChecking = new JudgeChecking();
