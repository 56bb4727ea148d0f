import { access } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { LabError } from '../core/error.ts';
import { parseJson } from '../core/formats/checkpoint/json.ts';
import { numbersOf } from '../core/evaluation/numbers.ts';
import { parsePlan, parseStoredPlan, type EvaluationPlan } from '../core/evaluation/plan.ts';
import { recordSchema, type ResultRecord } from '../core/evaluation/record.ts';
import type { RunSummary } from '../core/table/summary.ts';
import { openWorkFolder } from './work-folder.ts';

/** Name of a run's plan in its folder. */
export const PLAN_FILE = 'plan.json';
const RECORDS_FILE = 'records.jsonl';
const SUMMARY_FILE = 'summary.json';
const NUMBERS_FILE = 'numbers.jsonl';

/**
 * A run on disk: `plan.json`, `records.jsonl` (a line for each turn that is done), and `summary.json` and
 * `numbers.jsonl`, which hold no text and may be published.
 */
export interface RunFolder {
  /** All that is done, before and now. */
  readonly records: readonly ResultRecord[];
  /** Resolves when the line is with the operating system, so that a kill loses at most the record in the making. */
  append(record: ResultRecord): Promise<void>;
  writeSummary(summary: RunSummary): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a run's folder for one process and no other.
 * @param force write into a folder that holds other files: they stay, and none may have the name of a run's.
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
    others: [SUMMARY_FILE, NUMBERS_FILE],
    force,
  });
  return {
    records: folder.lines,
    append: (record) => folder.append(record),
    async writeSummary(summary) {
      await folder.write(NUMBERS_FILE, folder.lines.map((record) => `${JSON.stringify(numbersOf(record))}\n`).join(''));
      await folder.write(SUMMARY_FILE, `${JSON.stringify(summary, null, 1)}\n`);
    },
    close: () => folder.close(),
  };
}

/**
 * The plan in a file. One that lies beside a run's records or numbers is that of the run, so that what it does not
 * say is older than the choice.
 * @throws {LabError} `bad-config` naming the first field at fault.
 */
export async function parsePlanFile(json: unknown, path: string): Promise<EvaluationPlan> {
  const beside = [RECORDS_FILE, NUMBERS_FILE].map((name) =>
    access(join(dirname(path), name)).then(
      () => true,
      () => false,
    ),
  );
  const ofRun = basename(path) === PLAN_FILE && (await Promise.all(beside)).includes(true);
  return ofRun ? parseStoredPlan(json, path) : parsePlan(json, path);
}

/** The plan of a folder is that of its records; another one would mix two runs. */
function comparePlan(before: string, path: string, out: string, plan: EvaluationPlan): void {
  const stored = parseStoredPlan(parseJson(before, path), path);
  if (samePlan(stored, plan)) return;
  const { sampling, newest } = stored;
  if (samePlan(stored, { ...plan, sampling, newest })) {
    throw new LabError({
      code: 'bad-config',
      where: out,
      what: 'The folder holds a run of this plan whose turns were sampled or sent another way.',
      todo:
        `Add "sampling": ${sampling} and "newest": "${newest}" to the plan to resume the run, or choose another ` +
        'folder with --out.',
    });
  }
  throw new LabError({
    code: 'bad-config',
    where: out,
    what: 'The folder holds the run of another plan.',
    todo: 'Choose another folder with --out, or give that plan again.',
  });
}

/** Whether two plans ask for the same records; their names, notes and versions may differ. */
function samePlan(a: EvaluationPlan, b: EvaluationPlan): boolean {
  const work = (plan: EvaluationPlan) => JSON.stringify({ ...plan, name: '', note: '', versions: {} });
  return work(a) === work(b);
}
