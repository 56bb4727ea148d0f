import type { Dialogue } from '../core/dataset/dialogue.ts';
import { JUDGE_DECODING } from '../core/judge/request.ts';
import {
  checkKey,
  drawDialogues,
  alternated,
  judgeDialogues,
  type JudgedCheckDialogue,
} from '../core/judge/judge-dialogues.ts';
import { PROMPTS, type PromptId } from '../core/judge/prompts.ts';
import { whyNoScores } from '../core/judge/run-verdict.ts';
import { validateJudge } from '../core/judge/validate.ts';
import { progressReporter, reportNoResult, reportWait } from './commands/progress.ts';
import { readHashedDataset } from './dataset-file.ts';
import { chooseJudge, type JudgeChoice } from './judge-choice.ts';
import { JUDGE_SUMMARY, openJudgeFolder, type JudgedLine } from './judge-folder.ts';
import { refuseOverlap } from './output-path.ts';

/** What validating a judge needs. */
export interface ValidationOptions extends JudgeChoice {
  good: string;
  failed: string;
  out?: string | undefined;
  dialogues: number;
  repeats: number;
  concurrency: number;
  weighted: boolean;
  prompt: PromptId;
  force: boolean;
}

/**
 * Validates a judge against people: one line per dialogue, then its agreement with the survey and how well it separates
 * failed dialogues.
 */
export async function validateJudgeOn(
  { dialogues, repeats, weighted, out, force, concurrency, prompt, ...options }: ValidationOptions,
  print: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  if (out !== undefined)
    await refuseOverlap(out, { '--good': options.good, '--failed': options.failed, '--model': options.model });
  const [good, failed] = [await sample(options.good, dialogues), await sample(options.failed, dialogues)];
  const items = alternated(good.dialogues, failed.dialogues);
  const judge = chooseJudge(options);
  const settings = {
    format: 'solace-lab-judge' as const,
    version: 1 as const,
    model: judge.name,
    endpoint: judge.baseUrl,
    prompt: PROMPTS[prompt].version,
    wording: prompt,
    weighted,
    repeats,
    ...JUDGE_DECODING,
    good: good.sha256,
    failed: failed.sha256,
    dialogues,
  };
  const folder = out === undefined ? undefined : await openJudgeFolder(out, settings, force);
  const judged: JudgedLine[] = [...(folder?.lines ?? [])];
  const report = progressReporter();
  try {
    for (const line of judged) print(JSON.stringify(line));
    const events = judgeDialogues({
      items,
      done: new Set(judged.map(({ group, dialogue }) => checkKey({ group, dialogue: { id: dialogue } }))),
      rounds: repeats,
      wording: prompt,
      weighted,
      concurrency,
      signal,
      onWait: reportWait,
      openModel: (stop) => judge.open(stop ?? signal),
    });
    let failure: { reason: unknown } | undefined;
    try {
      for await (const event of events) {
        report(event.type === 'loading' ? 'loading the judge' : 'judging', event.progress);
        if (event.type !== 'judged') continue;
        const line = lineOf(event.judged);
        await folder?.append(line);
        judged.push(line);
        print(JSON.stringify(line));
      }
    } catch (error) {
      // What is done is summarised anyway, and the same command resumes.
      failure = { reason: error };
    }
    const validation = validationOf(items, judged);
    await folder?.write(
      JUDGE_SUMMARY,
      `${JSON.stringify({ settings, judged: judged.length, of: items.length, validation }, null, 1)}\n`,
    );
    reportNoResult('dialogues', judged.filter(({ scores }) => scores === null).map(reasonOf), judged.length);
    if (failure) throw failure.reason;
    print(JSON.stringify(validation));
  } finally {
    await folder?.close();
  }
}

const lineOf = ({ group, dialogue, judgement, error }: JudgedCheckDialogue): JudgedLine => ({
  group,
  dialogue: dialogue.id,
  ...judgement,
  ...(error !== undefined && { error }),
});

/** Why a dialogue has no scores. */
function reasonOf({ error, answers, refused }: JudgedLine): string {
  const withheld = answers.find((answer) => answer.withheld !== undefined)?.withheld;
  return whyNoScores({ error: error ?? withheld, refused: refused > 0 });
}

function validationOf(items: ReturnType<typeof alternated>, judged: readonly JudgedLine[]) {
  const byKey = new Map(
    judged.map(({ group, dialogue, scores }) => [checkKey({ group, dialogue: { id: dialogue } }), scores]),
  );
  const of = (wanted: 'good' | 'failed') =>
    items.flatMap((item) => {
      const scores = byKey.get(checkKey(item));
      return item.group === wanted && scores !== undefined ? [{ dialogue: item.dialogue, scores }] : [];
    });
  return validateJudge(of('good'), of('failed'));
}

async function sample(path: string, count: number): Promise<{ dialogues: Dialogue[]; sha256: string }> {
  const { sha256, read } = await readHashedDataset(path, {
    what: 'The dialogues cannot be read',
    todo: 'Check the path.',
  });
  return { dialogues: drawDialogues((await read()).dialogues, count), sha256 };
}
