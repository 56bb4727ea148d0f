import { judgeRun } from '../core/judge/judge-run.ts';
import type { PromptId } from '../core/judge/prompts.ts';
import { verdictKey } from '../core/judge/run-verdict.ts';
import { progressReporter, reportWait } from './commands/progress.ts';
import { chooseJudge, type JudgeChoice } from './judge-choice.ts';
import { finish, judgeOf, verdictsOf, withRun, type Print, type RunPlace } from './judged-run.ts';

/**
 * Has a model judge the replies of a run and stores each verdict; the same command resumes.
 * @throws {LabError} as `judgeRun` does; what is done is summarised anyway.
 */
export async function judgeFolderOfRun(
  {
    run,
    dataset,
    repeats,
    prompt,
    concurrency,
    ...choice
  }: RunPlace & JudgeChoice & { repeats: number; prompt: PromptId; concurrency: number },
  print: Print,
  signal: AbortSignal,
): Promise<void> {
  const chosen = chooseJudge(choice);
  await withRun({ run, dataset }, async (judged) => {
    const { folder, items } = judged;
    const judge = await judgeOf(judged, { name: chosen.name, repeats, prompt });
    const done = verdictsOf(folder, judge.id);
    for (const verdict of done) print(JSON.stringify(verdict));
    const report = progressReporter();
    try {
      for await (const event of judgeRun({
        judge,
        judged: items,
        done: new Set(done.map(verdictKey)),
        concurrency,
        signal,
        onWait: reportWait,
        openModel: (stop) => chosen.open(stop ?? signal),
      })) {
        report(event.type === 'loading' ? 'loading the judge' : 'judging', event.progress);
        if (event.type !== 'verdict') continue;
        await folder.judgings.append(event.verdict);
        print(JSON.stringify(event.verdict));
      }
    } finally {
      await finish(judged, judge.id, print);
    }
  });
}
