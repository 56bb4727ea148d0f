import { join } from 'node:path';
import type { EvaluationPlan } from '../core/evaluation/plan.ts';
import { sampleTurns, type SampledTurn } from '../core/evaluation/turns.ts';
import { judgedOf, nothingToJudge, type Judged } from '../core/judge/judge-run.ts';
import type { PromptId } from '../core/judge/prompts.ts';
import {
  judgeOfRun,
  whyNoScores,
  type RunJudge,
  type RunVerdict,
  type RunVerdicts,
} from '../core/judge/run-verdict.ts';
import { summariseJudging } from '../core/table/judging.ts';
import { readJson } from './commands/json.ts';
import { reportNoResult } from './commands/progress.ts';
import { readPlanDataset } from './run-dependencies.ts';
import { openRunFolder, parsePlanFile, PLAN_FILE, type RunFolder } from './run-folder.ts';
import { summariseFolder } from './run-summary.ts';

/** The run to judge. */
export interface RunPlace {
  /** Its folder. */
  run: string;
  /** The file of its dataset; by default the plan's. */
  dataset: string | undefined;
}

/** An open run with what there is to judge. */
export interface JudgedRun {
  plan: EvaluationPlan;
  turns: readonly SampledTurn[];
  items: readonly Judged[];
  folder: RunFolder;
}

export type Print = (line: string) => void;

/**
 * Opens the folder of a run for `work`.
 * @throws {LabError} as opening it and its dataset do; `bad-data` without replies.
 */
export async function withRun(place: RunPlace, work: (judged: JudgedRun) => Promise<void>): Promise<void> {
  const path = join(place.run, PLAN_FILE);
  const plan = await parsePlanFile(await readJson(path), path);
  const turns = sampleTurns(await readPlanDataset(plan, place.dataset), plan);
  const folder = await openRunFolder(place.run, plan);
  try {
    const items = judgedOf(plan, turns, folder.records);
    if (items.length === 0)
      throw nothingToJudge(plan, { where: place.run, todo: 'Run its plan first, with evaluate.' });
    await work({ plan, turns, items, folder });
  } finally {
    await folder.close();
  }
}

/** The judge of this name, stored with the run. */
export async function judgeOf(
  { folder }: JudgedRun,
  { name, repeats, prompt }: { name: string; repeats: number; prompt: PromptId },
): Promise<RunJudge> {
  const known = folder.judgings.all().map(({ judge }) => judge);
  const judge = judgeOfRun(known, { model: name, name, rounds: repeats, wording: prompt });
  await folder.judgings.saveJudge(judge);
  return judge;
}

const judgingOf = (folder: RunFolder, judge: string): RunVerdicts | undefined =>
  folder.judgings.all().find((each) => each.judge.id === judge);

/** The verdicts of a judge so far. */
export const verdictsOf = (folder: RunFolder, judge: string): readonly RunVerdict[] =>
  judgingOf(folder, judge)?.verdicts ?? [];

/** Writes the summary with this judge's scores, and says what is lacking. */
export async function finish({ folder, plan, turns }: JudgedRun, judge: string, print: Print): Promise<void> {
  const judging = judgingOf(folder, judge);
  if (!judging || judging.verdicts.length === 0) return;
  await summariseFolder(folder, plan, turns, { judging });
  const lacking = judging.verdicts.filter(({ scores }) => scores === null);
  reportNoResult('verdicts', lacking.map(whyNoScores), judging.verdicts.length);
  print(JSON.stringify(summariseJudging(judging, folder.records, plan)));
}
