/** A folder for work that is done line by line and can be resumed. */
import { mkdir, readdir, readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { LabError } from '../core/error.ts';
import { parseJsonLines } from '../core/json-lines.ts';
import { lockFolder } from './folder-lock.ts';
import { ifPresent, readIfPresent } from './read-file.ts';
import { appendLine, replaceFile } from './write-file.ts';

/** A file of JSON lines in such a folder. */
export interface LinesFile<Line> {
  file: string;
  schema: z.ZodType<Line>;
  /** What a line is, for messages. */
  what: string;
}

/** Finished lines that grow. */
export interface GrowingLines<Line> {
  /** All finished lines, from before and now. */
  readonly lines: readonly Line[];
  /**
   * Resolves when the operating system has the line, so that a kill loses at most the line in progress.
   * @throws {LabError} `quota` when the disk is full.
   */
  append(line: Line): Promise<void>;
}

export interface WorkFolderOptions<Line> {
  /** The task, written when the work starts. Its file identifies the kind of the folder. */
  task: {
    file: string;
    text: string;
    /**
     * Compares the task with that of an earlier process.
     * @throws {LabError} `bad-config` when they are not the same.
     */
    compare(before: string, path: string): void;
  };
  /** The finished work: JSON lines. */
  lines: LinesFile<Line>;
  /** Names of other files that the work writes. */
  others: readonly string[];
  /** Write into a folder that contains other files. They are kept, and none may have the name of a file of the work. */
  force?: boolean;
}

export interface WorkFolder<Line> extends GrowingLines<Line> {
  /**
   * Replaces a whole file of the folder.
   * @throws {LabError} `quota` when the disk is full.
   */
  write(file: string, text: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a folder for exclusive use by this process; a lock that a killed process left behind is taken over.
 * @throws {LabError} `bad-config` when the folder contains another task or other files, `busy` when it is in use,
 * `bad-file` when its lines are damaged, `io` when a file of it cannot be read.
 */
export async function openWorkFolder<Line>(
  out: string,
  { task, lines, others, force = false }: WorkFolderOptions<Line>,
): Promise<WorkFolder<Line>> {
  await refuseOthersFiles(out, task.file, [lines.file, ...others], force);
  await mkdir(out, { recursive: true }).catch((error: unknown) => {
    throw LabError.from(error, {
      code: 'io',
      where: out,
      what: 'The folder cannot be made',
      todo: 'Choose another with --out.',
    });
  });
  const unlock = await lockFolder(out);
  try {
    const path = join(out, task.file);
    const before = await readIfPresent(path);
    if (before === undefined) await replaceFile(path, task.text);
    else task.compare(before, path);
    return {
      ...(await openLines(out, lines)),
      write: (name, text) => replaceFile(join(out, name), text),
      close: unlock,
    };
  } catch (error) {
    await unlock();
    throw error;
  }
}

/**
 * Opens a file of lines in a folder that this process has locked.
 * @throws {LabError} `bad-file` when its lines are damaged, `io` when it cannot be read.
 */
export async function openLines<Line>(out: string, of: LinesFile<Line>): Promise<GrowingLines<Line>> {
  const file = join(out, of.file);
  const lines = await readLines(file, of);
  return {
    lines,
    async append(line) {
      await appendLine(file, line);
      lines.push(line);
    },
  };
}

/** A folder that is not empty must belong to such work. */
async function refuseOthersFiles(out: string, task: string, own: readonly string[], force: boolean): Promise<void> {
  const names = ((await ifPresent(out, readdir(out))) ?? []).filter((name) => name !== 'lock').sort();
  if (names.includes(task)) return;
  const taken = names.filter((name) => own.includes(name));
  const found = force ? taken : names;
  if (found.length === 0) return;
  const what = `The folder contains no ${task}, but ${found.slice(0, 4).join(', ')}${found.length > 4 ? ' …' : ''}.`;
  throw new LabError({
    code: 'bad-config',
    where: out,
    what,
    todo: `Choose another folder with --out${taken.length > 0 ? '' : ', or add --force, which keeps these files'}.`,
  });
}

/** The lines of a file. A last line without its end was being written when the process was killed and is removed. */
async function readLines<Line>(path: string, { schema, what }: LinesFile<Line>): Promise<Line[]> {
  const bytes = (await ifPresent(path, readFile(path))) ?? Buffer.alloc(0);
  const end = bytes.lastIndexOf(0x0a) + 1;
  const lines = parseJsonLines(bytes.toString('utf8', 0, end), schema, {
    code: 'bad-file',
    where: path,
    what: `It is not a ${what}.`,
    todo: 'Correct or remove the line.',
  });
  // Only now is it certain that the file belongs to the work.
  if (end < bytes.length) await truncate(path, end);
  return lines;
}
