import { z } from 'zod';
import { LabError } from '../error.ts';
import { runJudgeSchema, runVerdictSchema, verdictKey, type RunJudge, type RunVerdict } from '../judge/run-verdict.ts';
import { checkJson, parseJson } from '../json.ts';
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
  .superRefine((run, context) => {
    const fault = faultOfVerdicts(run);
    if (fault) context.addIssue({ code: 'custom', ...fault });
  });

interface JudgedRecords {
  records: readonly ResultRecord[];
  judges?: readonly RunJudge[] | undefined;
  verdicts?: readonly RunVerdict[] | undefined;
}

/** The first verdict or judge that does not belong to a run. */
function faultOfVerdicts({
  records,
  judges = [],
  verdicts = [],
}: JudgedRecords): { path: (string | number)[]; message: string } | undefined {
  const rounds = new Map(judges.map((judge) => [judge.id, judge.rounds]));
  if (rounds.size < judges.length) return { path: ['judges'], message: 'a judge is listed twice' };
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
    if (message !== undefined) return { path: ['verdicts', i], message };
  }
  return undefined;
}

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
 * Reads a run: one exported file, or `plan.json` and `records.jsonl` of a folder that `lab evaluate` wrote, with its
 * `judges.json` and `verdicts.jsonl` if it was judged.
 * @throws {LabError} `bad-file` or `bad-config` naming the first field at fault.
 */
export function parseRunFiles(files: readonly NamedText[]): RunFile {
  const [only, ...others] = files;
  const judged = judgingFiles(files);
  const rest = files.filter((file) => file !== judged.judges && file !== judged.verdicts);
  const lines = rest.find(({ name }) => name.endsWith('.jsonl'));
  if (only && others.length === 0 && !lines) return parseRunFile(only.text, only.name);
  const plan = rest.find(({ name }) => name === 'plan.json') ?? rest.find(({ name }) => name.endsWith('.json'));
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
  const run: RunFile = {
    format: RUN_FORMAT,
    version: 1,
    plan: parseStoredPlan(parse(plan), plan.name),
    total: records.length,
    records,
    ...readJudgings(judged),
  };
  const fault = faultOfVerdicts(run);
  if (fault) {
    const where = judged.verdicts?.name ?? plan.name;
    throw new LabError({ ...REFUSAL, where, what: `${fault.path.join('.')}: ${fault.message}.` });
  }
  return run;
}

/** The files of a run's folder that hold what judges made of it. */
interface JudgingFiles {
  judges: NamedText | undefined;
  verdicts: NamedText | undefined;
}

const judgingFiles = (files: readonly NamedText[]): JudgingFiles => ({
  judges: files.find(({ name }) => name === 'judges.json'),
  verdicts: files.find(({ name }) => name === 'verdicts.jsonl'),
});

function readJudgings({ judges, verdicts }: JudgingFiles): Pick<RunFile, 'judges' | 'verdicts'> {
  if (!judges && !verdicts) return {};
  if (!judges || !verdicts)
    throw new LabError({
      code: 'bad-file',
      where: (judges ?? verdicts)?.name ?? '',
      what: 'It is one half of what judges made of a run.',
      todo: 'Choose judges.json and verdicts.jsonl of the folder together, or neither.',
    });
  const what = 'It does not contain the judges of a run';
  return {
    judges: checkJson(z.array(runJudgeSchema), parse(judges), judges.name, { ...REFUSAL, what }),
    verdicts: parseJsonLines(verdicts.text, runVerdictSchema, {
      code: 'bad-file',
      where: verdicts.name,
      what: 'It holds no verdicts.',
      todo: 'Choose the verdicts.jsonl that lab judge wrote.',
    }),
  };
}

/**
 * Reads an exported run.
 * @throws {LabError} `bad-file` naming the first field at fault.
 */
export function parseRunFile(text: string, where: string): RunFile {
  return checkJson(runFileSchema, parse({ name: where, text }), where, { ...REFUSAL, what: 'It is not a run' });
}

const parse = ({ name, text }: NamedText): unknown => parseJson(text, name, { ...REFUSAL, what: 'It is not JSON' });

const REFUSAL = { code: 'bad-file', todo: 'Choose a .json file that was exported on the page of runs.' } as const;
