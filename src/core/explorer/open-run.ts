import type { EvaluationPlan } from '../evaluation/plan.ts';
import { parsePublished, type PublishedRecords } from '../evaluation/published.ts';
import type { ResultRecord } from '../evaluation/record.ts';
import { parseJsonLines } from '../json-lines.ts';
import { runVerdictSchema, type RunJudge, type RunVerdict, type RunVerdicts } from '../judge/run-verdict.ts';
import { explored, exploredNumbers, type ExploredRecord } from './explored-record.ts';

/** A run as it was found: its records, or the numbers of published ones. */
export interface FoundRun {
  plan: EvaluationPlan;
  records: ExploredRecord[];
  /** The judges' verdicts, the earliest judge first. */
  judgings: RunVerdicts[];
}

/** The texts of a published run's files; null where there is none. */
export interface PublishedTexts extends PublishedRecords {
  verdicts: string | null;
}

/** A run of this browser. */
export function storedRun(
  plan: EvaluationPlan,
  records: readonly ResultRecord[],
  judges: readonly RunJudge[],
  verdicts: readonly RunVerdict[],
): FoundRun {
  const sorted = [...judges].sort((a, b) => a.begunAt - b.begunAt);
  return { plan, records: records.map(explored), judgings: sorted.map((judge) => verdictsOf(judge, verdicts)) };
}

/**
 * A published run.
 * @throws {LabError} `bad-file` that names the first line at fault, `missing-file` without any records.
 */
export function publishedRun(plan: EvaluationPlan, texts: PublishedTexts, where: string): FoundRun {
  const refusal = { code: 'bad-file', where, todo: 'Reload the page.' } as const;
  const verdicts = parseJsonLines(texts.verdicts ?? '', runVerdictSchema, {
    ...refusal,
    what: 'Its verdicts cannot be read.',
  });
  const judges = [...new Set(verdicts.map(({ judge }) => judge))].map((id): RunJudge => {
    const own = verdicts.filter(({ judge }) => judge === id);
    const wording = own.find((verdict) => verdict.wording !== undefined)?.wording;
    const rounds = Math.max(...own.map(({ round }) => round + 1));
    return { id, name: id, rounds, begunAt: 0, ...(wording && { wording }) };
  });
  return {
    plan,
    records: parsePublished(texts, where).map((each) => ('failed' in each ? exploredNumbers(each) : explored(each))),
    judgings: judges.map((judge) => verdictsOf(judge, verdicts)),
  };
}

const verdictsOf = (judge: RunJudge, verdicts: readonly RunVerdict[]): RunVerdicts => ({
  judge,
  verdicts: verdicts.filter((verdict) => verdict.judge === judge.id),
});
