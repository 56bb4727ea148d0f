import { appendFile, mkdir, open, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../error.ts';
import { parseStoredPlan, type EvaluationPlan } from '../response/plan.ts';
import { numbersOf } from '../response/numbers.ts';
import { recordSchema, type ResultRecord } from '../response/record.ts';
import type { RunSummary } from '../table/summary.ts';

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
 * @throws LabError `bad-config` when the folder holds another plan's run, `busy` when it is in use, `bad-file` when its records are damaged
 */
export async function openRunFolder(out: string, plan: EvaluationPlan): Promise<RunFolder> {
  await mkdir(out, { recursive: true }).catch((error: unknown) => {
    throw LabError.from(error, { code: 'bad-file', where: out, what: 'The folder cannot be made', todo: 'Choose another with --out.' });
  });
  const unlock = await lock(out);
  try {
    await keepPlan(out, plan);
    const path = join(out, 'records.jsonl');
    const records = await readRecords(path);
    return {
      records,
      async append(record) {
        await appendFile(path, `${JSON.stringify(record)}\n`);
        records.push(record);
      },
      async writeSummary(summary) {
        await replaceFile(join(out, 'numbers.jsonl'), records.map((record) => `${JSON.stringify(numbersOf(record))}\n`).join(''));
        await replaceFile(join(out, 'summary.json'), `${JSON.stringify(summary, null, 1)}\n`);
      },
      close: unlock,
    };
  } catch (error) {
    await unlock();
    throw error;
  }
}

async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, text);
  await rename(temporary, path);
}

/** The plan of a folder is that of its records; another one would mix two runs. */
async function keepPlan(out: string, plan: EvaluationPlan): Promise<void> {
  const path = join(out, 'plan.json');
  const text = `${JSON.stringify(plan, null, 2)}\n`;
  const before = await readFile(path, 'utf8').catch(() => undefined);
  if (before === undefined) return writeFile(path, text);
  const stored = parseStoredPlan(JSON.parse(before) as unknown, path);
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
  if (end < bytes.length) await truncate(path, end);
  return bytes
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
}

async function lock(out: string): Promise<() => Promise<void>> {
  const path = join(out, 'lock');
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const file = await open(path, 'wx');
      await file.writeFile(String(process.pid));
      await file.close();
      return () => rm(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw LabError.from(error, { code: 'bad-file', where: path, what: 'The lock cannot be written', todo: 'Check the permissions of the folder.' });
      const owner = Number(await readFile(path, 'utf8').catch(() => ''));
      if (isAlive(owner)) {
        throw new LabError({ code: 'busy', where: out, what: `The process ${owner} works on this run.`, todo: 'Wait for it, or choose another folder with --out.' });
      }
      await rm(path, { force: true });
    }
  }
  throw new LabError({ code: 'busy', where: out, what: 'Another process began this run at the same moment.', todo: 'Start it once.' });
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
