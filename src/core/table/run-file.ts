import { z } from 'zod';
import { LabError } from '../error.ts';
import { runJudgeSchema, runVerdictSchema, verdictKey, type RunJudge, type RunVerdict } from '../judge/run-verdict.ts';
import { parseJsonLines } from '../json-lines.ts';
import { parseStoredPlan, storedPlanSchema, type EvaluationPlan } from '../evaluation/plan.ts';
import { recordKey, recordSchema, type ResultRecord } from '../evaluation/record.ts';

const RUN_FORMAT = 'solace-lab-run';

const runFileSchema = z
  .strictObject({
    format: z.literal(RUN_FORMAT),
    version: z.literal(1),
    plan: storedPlanSchema,
    /** Number of records that the plan asks for. */
    total: z.int().nonnegative(),
    records: z.array(recordSchema),
    /** The judges of the replies; absent if there are none. */
    judges: z.array(runJudgeSchema).optional(),
    verdicts: z.array(runVerdictSchema).optional(),
  })
  .superRefine(({ records, judges = [], verdicts = [] }, context) => {
    const rounds = new Map(judges.map((judge) => [judge.id, judge.rounds]));
    if (rounds.size < judges.length)
      context.addIssue({ code: 'custom', path: ['judges'], message: 'a judge is listed twice' });
    const replies = new Set(records.map(recordKey));
    const seen = new Set<string>();
    const faultOf = (verdict: RunVerdict): string | undefined => {
      const key = verdictKey(verdict);
      if (seen.has(key)) return 'it appears twice';
      seen.add(key);
      if (verdict.round >= (rounds.get(verdict.judge) ?? 0)) return 'its judge and round are not in the file';
      return replies.has(recordKey(verdict)) ? undefined : 'its reply is not in the file';
    };
    for (const [i, verdict] of verdicts.entries()) {
      const message = faultOf(verdict);
      if (message !== undefined) {
        context.addIssue({ code: 'custom', path: ['verdicts', i], message });
        return;
      }
    }
  });

/** A run in one file, as the page exports and imports it. */
export type RunFile = z.output<typeof runFileSchema>;

export function writeRunFile(
  plan: EvaluationPlan,
  total: number,
  records: readonly ResultRecord[],
  judges: readonly RunJudge[] = [],
  verdicts: readonly RunVerdict[] = [],
): string {
  const judging = judges.length > 0 ? { judges: [...judges], verdicts: [...verdicts] } : {};
  return JSON.stringify({
    format: RUN_FORMAT,
    version: 1,
    plan,
    total,
    records: [...records],
    ...judging,
  } satisfies RunFile);
}

/** A file as text. */
export interface NamedText {
  name: string;
  text: string;
}

/**
 * Reads a run: one exported file, or `plan.json` and `records.jsonl` of a folder that `lab evaluate` wrote.
 * @throws {LabError} `bad-file` or `bad-config` naming the first field at fault.
 */
export function parseRunFiles(files: readonly NamedText[]): RunFile {
  const [only, ...others] = files;
  const lines = files.find(({ name }) => name.endsWith('.jsonl'));
  if (only && others.length === 0 && !lines) return parseRunFile(only.text, only.name);
  const plan = files.find(({ name }) => name === 'plan.json') ?? files.find(({ name }) => name.endsWith('.json'));
  if (!lines || !plan)
    throw new LabError({
      code: 'bad-file',
      where: files.map(({ name }) => name).join(', '),
      what: 'It is not a whole run.',
      todo: 'Choose an exported .json file, or plan.json and records.jsonl of a run’s folder together.',
    });
  const records = parseJsonLines(lines.text, recordSchema, {
    code: 'bad-file',
    where: lines.name,
    what: 'It holds no records of a run.',
    todo: 'Choose the records.jsonl that lab evaluate wrote, and the plan.json beside it.',
  });
  return {
    format: RUN_FORMAT,
    version: 1,
    plan: parseStoredPlan(parseJson(plan), plan.name),
    total: records.length,
    records,
  };
}

/**
 * Reads an exported run.
 * @throws {LabError} `bad-file` naming the first field at fault.
 */
export function parseRunFile(text: string, where: string): RunFile {
  const parsed = runFileSchema.safeParse(parseJson({ name: where, text }));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw refusal(where, `${issue?.path.join('.') || 'It is no run'}: ${issue?.message ?? 'not as expected'}.`);
}

function parseJson({ name, text }: NamedText): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw refusal(name, 'It is not JSON.', error);
  }
}

const refusal = (where: string, what: string, cause?: unknown): LabError =>
  new LabError(
    { code: 'bad-file', where, what, todo: 'Choose a .json file that was exported on the page of runs.' },
    { cause },
  );
