import { judgedOf, judgeRun, nothingToJudge, type JudgingEvent } from '../../core/judge/judge-run.ts';
import {
  judgeIdOf,
  judgeOfRun,
  modelOfJudge,
  MOST_ROUNDS,
  verdictKey,
  type ChosenJudge,
  type RunJudge,
  type RunVerdicts,
} from '../../core/judge/run-verdict.ts';
import { judgePairs, type JudgePair } from '../../core/judge/inter-judge-agreement.ts';
import { borrowModel } from '../models/resident-models.ts';
import { runReader } from './table-worker.ts';
import { alone, found, judgingsOf, REMOTE_CONCURRENCY, store, turnsOf, type WorkCalls } from './stored-runs.ts';

export { describeJudgePair } from '../../core/judge/inter-judge-agreement.ts';
export { judgeIdOf, modelOfJudge, MOST_ROUNDS, type ChosenJudge, type JudgePair, type JudgingEvent };
export { PROMPT_IDS, PROMPTS, type PromptId } from '../../core/judge/prompts.ts';

/** A judge of a run and its progress. */
export interface JudgeState {
  judge: RunJudge;
  done: number;
  /** Verdicts to reach: the replies so far, or finished dialogues of a roll-out, times the judge's rounds. */
  total: number;
}

/** The judges of a run, the latest first. */
export async function judgesOfRun(id: string): Promise<JudgeState[]> {
  const judges = await store.judges(id);
  if (judges.length === 0) return [];
  const { plan } = await found(id);
  const judged = await runReader.call('countJudged', { id, plan });
  const states = await Promise.all(
    judges.map(async (judge) => ({
      judge,
      done: await store.countVerdicts(id, judge.id),
      total: judged * judge.rounds,
    })),
  );
  return states.sort((a, b) => b.judge.begunAt - a.judge.begunAt);
}

/** The verdicts of one judge of a run: the latest judge unless `judge` names another; undefined if nobody judged. */
export async function judgingOfRun(id: string, judge?: string): Promise<RunVerdicts | undefined> {
  const [latest, ...others] = (await store.judges(id)).sort((a, b) => b.begunAt - a.begunAt);
  const chosen = others.find((each) => each.id === judge) ?? latest;
  return chosen && { judge: chosen, verdicts: await store.verdicts(id, chosen.id) };
}

/** The agreement of each pair of judges of a run; empty with fewer than two. */
export async function judgePairsOf(id: string): Promise<JudgePair[]> {
  // Avoids reading many verdicts when there is nothing to compare.
  return (await store.judges(id)).length < 2 ? [] : judgePairs(await judgingsOf(id));
}

/**
 * Has a listed model judge the existing replies of a run, or resumes that, and stores each verdict before it asks for
 * the next. The same judge with more rounds adds rounds. Aborting `signal` pauses it. Meanwhile no tab may resume the
 * run or start another judge.
 * @throws {LabError} `bad-config` for an invalid number of rounds or when another tab works on it, `bad-data` without
 * replies, `quota` when a verdict could not be stored, `cancelled`.
 */
export async function judgeRunReplies(
  id: string,
  chosen: ChosenJudge,
  { signal, onEvent, onWait }: WorkCalls<JudgingEvent> = {},
): Promise<void> {
  await alone(id, async () => {
    const { plan } = await found(id);
    const [turns, records, judges, verdicts] = await Promise.all([
      turnsOf(plan),
      store.records(id),
      store.judges(id),
      store.verdicts(id, judgeIdOf(chosen)),
    ]);
    const judged = judgedOf(plan, turns, records);
    if (judged.length === 0) throw nothingToJudge(plan, { where: plan.name, todo: 'Start the run first.' });
    const judge = judgeOfRun(judges, chosen);
    await store.saveJudge(id, judge);
    const events = judgeRun({
      judge,
      judged,
      done: new Set(verdicts.map(verdictKey)),
      concurrency: REMOTE_CONCURRENCY,
      openModel: (stop) => borrowModel(chosen.model, stop),
      ...(signal && { signal }),
      ...(onWait && { onWait }),
    });
    for await (const event of events) {
      if (event.type === 'verdict') await store.appendVerdict(id, event.verdict);
      onEvent?.(event);
    }
  });
}
