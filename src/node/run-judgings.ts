import { join } from 'node:path';
import { z } from 'zod';
import { checkJson, parseJson } from '../core/json.ts';
import {
  runJudgeSchema,
  runVerdictSchema,
  type RunJudge,
  type RunVerdict,
  type RunVerdicts,
} from '../core/judge/run-verdict.ts';
import { readIfPresent } from './read-file.ts';
import { openLines } from './work-folder.ts';

export const JUDGES_FILE = 'judges.json';
export const VERDICTS_FILE = 'verdicts.jsonl';

/** The judges of a run on disk, in `judges.json`, and their verdicts, one per line in `verdicts.jsonl`. */
export interface RunJudgings {
  /** Every judge with its verdicts, the earliest first. */
  all(): RunVerdicts[];
  /** Adds a judge, or replaces the one of this id. */
  saveJudge(judge: RunJudge): Promise<void>;
  append(verdict: RunVerdict): Promise<void>;
  /** Replaces all verdicts. */
  replace(verdicts: readonly RunVerdict[]): Promise<void>;
}

/**
 * Opens the judgings of a run's folder, which this process has locked.
 * @param write replaces a whole file of the folder
 * @throws {LabError} `bad-file` naming the file, and the line, at fault.
 */
export async function openRunJudgings(
  out: string,
  write: (file: string, text: string) => Promise<void>,
): Promise<RunJudgings> {
  let judges = await readJudges(join(out, JUDGES_FILE));
  const file = { file: VERDICTS_FILE, schema: runVerdictSchema, what: 'verdict of a judge' };
  let verdicts = await openLines(out, file);
  return {
    all: () =>
      judges.map((judge) => ({ judge, verdicts: verdicts.lines.filter((verdict) => verdict.judge === judge.id) })),
    async saveJudge(judge) {
      judges = [...judges.filter(({ id }) => id !== judge.id), judge].sort((a, b) => a.begunAt - b.begunAt);
      await write(JUDGES_FILE, `${JSON.stringify(judges, null, 1)}\n`);
    },
    append: (verdict) => verdicts.append(verdict),
    async replace(all) {
      await write(VERDICTS_FILE, all.map((verdict) => `${JSON.stringify(verdict)}\n`).join(''));
      verdicts = await openLines(out, file);
    },
  };
}

async function readJudges(path: string): Promise<RunJudge[]> {
  const text = await readIfPresent(path);
  if (text === undefined) return [];
  const refusal = {
    code: 'bad-file',
    what: 'It does not contain the judges of a run',
    todo: 'Restore the file, or remove it together with verdicts.jsonl.',
  } as const;
  return checkJson(z.array(runJudgeSchema), parseJson(text, path, refusal), path, refusal);
}
