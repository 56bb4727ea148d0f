import { readFile } from 'node:fs/promises';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import type { z } from 'zod';
import { LabError } from '../../error.ts';

/** One command of `npm run -s lab --`. Results go to `print`, a line each; everything else to standard error. */
export interface Command {
  /** One line for the overview. */
  summary: string;
  /** Options in short, e.g. `--pairs FILE`. */
  usage: string;
  /** @throws LabError whatever goes wrong, in words for the person at the terminal. */
  run(args: string[], print: (line: string) => void, signal: AbortSignal): Promise<void>;
}

/** Reads options, all of which belong to `options`. */
export function parseOptions<T extends NonNullable<ParseArgsConfig['options']>>(args: string[], options: T, usage: string) {
  try {
    return parseArgs({ args, options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error);
    throw new LabError({ code: 'bad-config', what: `${reason}.`, todo: `Usage: ${usage}` });
  }
}

/** An option that must be there. */
export function required(option: string, value: string | undefined, usage: string): string {
  if (value) return value;
  throw new LabError({ code: 'bad-config', what: `--${option} is missing.`, todo: `Usage: ${usage}` });
}

/** An option that must be one of a list. */
export function choose<T extends string>(option: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((name) => name === value);
  if (found) return found;
  throw new LabError({ code: 'bad-config', what: `--${option} ${value} is not known.`, todo: `Use one of ${allowed.join(', ')}.` });
}

/** An option that is a whole number from 1, where it is given. */
export function wholeNumber(option: string, value: string | undefined): number | undefined {
  if (value === undefined || (/^\d+$/.test(value) && Number(value) > 0)) return value === undefined ? undefined : Number(value);
  throw new LabError({ code: 'bad-config', what: `--${option} ${value} is not a whole number from 1.` });
}

/** A file that holds a JSON array; the first item that `item` refuses is named by its place. */
export async function readJsonArray<Schema extends z.ZodType>(path: string, item: Schema): Promise<z.output<Schema>[]> {
  const value = await readJson(path);
  if (!Array.isArray(value)) throw new LabError({ code: 'bad-data', where: path, what: 'It does not hold a JSON array.' });
  return value.map((entry: unknown, index) => {
    const result = item.safeParse(entry);
    if (result.success) return result.data;
    const issue = result.error.issues[0];
    const field = issue?.path.length ? `, field "${issue.path.join('.')}"` : '';
    throw new LabError({ code: 'bad-data', where: `${path}, item ${index + 1}${field}`, what: `${issue?.message ?? 'Not as expected'}.` });
  });
}

/** The JSON of a file. @throws LabError `missing-file` or `bad-data` */
export async function readJson(path: string): Promise<unknown> {
  return parse(await read(path), path);
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (missing) throw new LabError({ code: 'missing-file', where: path, what: 'There is no such file.' });
    throw LabError.from(error, { code: 'bad-file', where: path, what: 'The file cannot be read.' });
  }
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    throw LabError.from(error, { code: 'bad-data', where: path, what: 'It is not JSON.' });
  }
}
