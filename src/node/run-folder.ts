import { basename, dirname, join } from 'node:path';
import { LabError } from '../core/error.ts';
import { parseJson, tryParseJson } from '../core/json.ts';
import { numbersOf } from '../core/evaluation/numbers.ts';
import { parsePlan, parseStoredPlan, type EvaluationPlan } from '../core/evaluation/plan.ts';
import { recordSchema, type ResultRecord } from '../core/evaluation/record.ts';
import { summarySchema, type RunSummary } from '../core/table/summary.ts';
import { exists, readIfPresent } from './read-file.ts';
import { JUDGES_FILE, openRunJudgings, VERDICTS_FILE, type RunJudgings } from './run-judgings.ts';
import { openWorkFolder } from './work-folder.ts';

/** Name of a run's plan in its folder. */
export const PLAN_FILE = 'plan.json';
const RECORDS_FILE = 'records.jsonl';
const SUMMARY_FILE = 'summary.json';
const NUMBERS_FILE = 'numbers.jsonl';

/**
 * A run on disk: `plan.json`, `records.jsonl` (one line per finished turn), and `summary.json` and
 * `numbers.jsonl`, which contain no text and may be published. A judged run also has `judges.json` and
 * `verdicts.jsonl`.
 */
export interface RunFolder {
  /** All finished records, from before and now. */
  readonly records: readonly ResultRecord[];
  /** What judges made of the replies. */
  readonly judgings: RunJudgings;
  /** Resolves when the operating system has the line, so that a kill loses at most the record in progress. */
  append(record: ResultRecord): Promise<void>;
  writeSummary(summary: RunSummary): Promise<void>;
  /** The machine of the summary that was written before; undefined without one. */
  machine(): Promise<string | undefined>;
  close(): Promise<void>;
}

/**
 * Opens a run's folder for exclusive use by this process.
 * @param force write into a folder that contains other files. They are kept, and none may have the name of a run's
 * file.
 * @throws {LabError} as `openWorkFolder` does; `bad-config` also for another plan's run.
 */
export async function openRunFolder(out: string, plan: EvaluationPlan, force = false): Promise<RunFolder> {
  const folder = await openWorkFolder(out, {
    task: {
      file: PLAN_FILE,
      text: `${JSON.stringify(plan, null, 2)}\n`,
      compare: (before, path) => comparePlan(before, path, out, plan),
    },
    lines: { file: RECORDS_FILE, schema: recordSchema, what: 'record of a run' },
    others: [SUMMARY_FILE, NUMBERS_FILE, JUDGES_FILE, VERDICTS_FILE],
    force,
  });
  const judgings = await openRunJudgings(out, (file, text) => folder.write(file, text)).catch(
    async (error: unknown) => {
      await folder.close();
      throw error;
    },
  );
  return {
    records: folder.lines,
    judgings,
    append: (record) => folder.append(record),
    async writeSummary(summary) {
      await folder.write(NUMBERS_FILE, folder.lines.map((record) => `${JSON.stringify(numbersOf(record))}\n`).join(''));
      await folder.write(SUMMARY_FILE, `${JSON.stringify(summary, null, 1)}\n`);
    },
    async machine() {
      const before = await readIfPresent(join(out, SUMMARY_FILE));
      return summarySchema.pick({ machine: true }).safeParse(tryParseJson(before ?? '')).data?.machine;
    },
    close: () => folder.close(),
  };
}

/**
 * The plan in a file. A plan next to a run's records or numbers belongs to that run, so a setting that it lacks did not
 * exist yet when the run was made.
 * @throws {LabError} `bad-config` naming the first field at fault.
 */
export async function parsePlanFile(json: unknown, path: string): Promise<EvaluationPlan> {
  const beside = [RECORDS_FILE, NUMBERS_FILE].map((name) => exists(join(dirname(path), name)));
  const ofRun = basename(path) === PLAN_FILE && (await Promise.all(beside)).includes(true);
  return ofRun ? parseStoredPlan(json, path) : parsePlan(json, path);
}

/** The plan must be that of the folder's records; another one would mix two runs. */
function comparePlan(before: string, path: string, out: string, plan: EvaluationPlan): void {
  const stored = parseStoredPlan(parseJson(before, path), path);
  if (samePlan(stored, plan)) return;
  const { sampling, newest } = stored;
  if (samePlan(stored, { ...plan, sampling, newest })) {
    throw new LabError({
      code: 'bad-config',
      where: out,
      what: 'The folder contains a run of this plan whose turns were sampled or sent in another way.',
      todo:
        `Add "sampling": ${sampling} and "newest": "${newest}" to the plan to resume the run, or choose another ` +
        'folder with --out.',
    });
  }
  throw new LabError({
    code: 'bad-config',
    where: out,
    what: 'The folder contains a run of another plan.',
    todo: 'Choose another folder with --out, or give that plan again.',
  });
}

/** Whether two plans define the same records; their names, notes and versions may differ. */
function samePlan(a: EvaluationPlan, b: EvaluationPlan): boolean {
  const work = (plan: EvaluationPlan) => JSON.stringify({ ...plan, name: '', note: '', versions: {} });
  return work(a) === work(b);
}
