import { appendFile, mkdir, readdir, readFile, rename, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../error.ts';
import { parseJson } from '../model/checkpoint/json.ts';
import { parseStoredPlan, type EvaluationPlan } from '../response/plan.ts';
import { numbersOf } from '../response/numbers.ts';
import { recordSchema, type ResultRecord } from '../response/record.ts';
import type { RunSummary } from '../table/summary.ts';
import { lockFolder } from './folder-lock.ts';

/** Name of a run's plan in its folder. */
export const PLAN_FILE = 'plan.json';
const RECORDS_FILE = 'records.jsonl';
const SUMMARY_FILE = 'summary.json';
const NUMBERS_FILE = 'numbers.jsonl';

/**
 * A run on disk: `plan.json`, `records.jsonl` (a line for each turn that is done), and of a finished one `summary.json`
 * and `numbers.jsonl`, which hold no text and may be published.
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
 * Opens a run's folder for one process and no other; a lock that a killed process left behind is taken over.
 * @param force write into a folder that holds other files: they stay, and none may have the name of a run's.
 * @throws LabError `bad-config` when the folder holds another plan's run or other files, `busy` when it is in use, `bad-file` when its records are damaged
 */
export async function openRunFolder(out: string, plan: EvaluationPlan, force = false): Promise<RunFolder> {
  await refuseOthersFiles(out, force);
  await mkdir(out, { recursive: true }).catch((error: unknown) => {
    throw LabError.from(error, { code: 'bad-file', where: out, what: 'The folder cannot be made', todo: 'Choose another with --out.' });
  });
  const unlock = await lockFolder(out);
  try {
    await keepPlan(out, plan);
    const path = join(out, RECORDS_FILE);
    const records = await readRecords(path);
    return {
      records,
      async append(record) {
        await appendFile(path, `${JSON.stringify(record)}\n`);
        records.push(record);
      },
      async writeSummary(summary) {
        await replaceFile(join(out, NUMBERS_FILE), records.map((record) => `${JSON.stringify(numbersOf(record))}\n`).join(''));
        await replaceFile(join(out, SUMMARY_FILE), `${JSON.stringify(summary, null, 1)}\n`);
      },
      close: unlock,
    };
  } catch (error) {
    await unlock();
    throw error;
  }
}

/** A folder that is not empty has to be that of a run, which has its plan. */
async function refuseOthersFiles(out: string, force: boolean): Promise<void> {
  const names = (await readdir(out).catch((): string[] => [])).filter((name) => name !== 'lock').sort();
  if (names.includes(PLAN_FILE)) return;
  const taken = names.filter((name) => [RECORDS_FILE, SUMMARY_FILE, NUMBERS_FILE].includes(name));
  const found = force ? taken : names;
  if (found.length === 0) return;
  const what = `The folder holds no run, but ${found.slice(0, 4).join(', ')}${found.length > 4 ? ' …' : ''}.`;
  throw new LabError({ code: 'bad-config', where: out, what, todo: `Choose another folder with --out${taken.length > 0 ? '' : ', or add --force: what is there stays'}.` });
}

async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, text);
  await rename(temporary, path);
}

/** The plan of a folder is that of its records; another one would mix two runs. */
async function keepPlan(out: string, plan: EvaluationPlan): Promise<void> {
  const path = join(out, PLAN_FILE);
  const text = `${JSON.stringify(plan, null, 2)}\n`;
  const before = await readFile(path, 'utf8').catch(() => undefined);
  if (before === undefined) return writeFile(path, text);
  const stored = parseStoredPlan(parseJson(before, path), path);
  if (samePlan(stored, plan)) return;
  if (samePlan(stored, { ...plan, sampling: stored.sampling })) {
    const todo = `Add "sampling": ${stored.sampling} to the plan to resume the run, or choose another folder with --out.`;
    throw new LabError({ code: 'bad-config', where: out, what: 'The folder holds a run of this plan whose turns were sampled another way.', todo });
  }
  throw new LabError({ code: 'bad-config', where: out, what: 'The folder holds the run of another plan.', todo: 'Choose another folder with --out, or give that plan again.' });
}

/** Whether two plans ask for the same records; their names, notes and versions may differ. */
function samePlan(a: EvaluationPlan, b: EvaluationPlan): boolean {
  const work = (plan: EvaluationPlan) => JSON.stringify({ ...plan, name: '', note: '', versions: {} });
  return work(a) === work(b);
}

/** The records of a file; a last line without its end was being written when the process was killed, and goes. */
async function readRecords(path: string): Promise<ResultRecord[]> {
  const bytes = await readFile(path).catch(() => Buffer.alloc(0));
  const end = bytes.lastIndexOf(0x0a) + 1;
  const records = bytes
    .subarray(0, end)
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line, i) => {
      try {
        return recordSchema.parse(JSON.parse(line));
      } catch (error) {
        throw LabError.from(error, { code: 'bad-file', where: `${path}, line ${i + 1}`, what: 'It is no record of a run', todo: 'Mend or remove the line.' });
      }
    });
  // Only now is it certain that the file is a run's.
  if (end < bytes.length) await truncate(path, end);
  return records;
}
