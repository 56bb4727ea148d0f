import { readFile } from 'node:fs/promises';
import type { z } from 'zod';
import { LabError } from '../../core/error.ts';
import { faultMessage, faultyField, parseJson } from '../../core/json.ts';
import { isMissing } from '../read-file.ts';

/** Reads a JSON array from a file; an error names the index of the first item that `item` refuses. */
export async function readJsonArray<Schema extends z.ZodType>(path: string, item: Schema): Promise<z.output<Schema>[]> {
  const value = await readJson(path);
  if (!Array.isArray(value))
    throw new LabError({ code: 'bad-data', where: path, what: 'It does not contain a JSON array.' });
  return value.map((entry: unknown, index) => {
    const result = item.safeParse(entry);
    if (result.success) return result.data;
    const field = faultyField(result.error);
    throw new LabError({
      code: 'bad-data',
      where: `${path}, item ${index + 1}${field && `, field "${field}"`}`,
      what: faultMessage(result.error),
    });
  });
}

/**
 * The JSON of a file.
 * @throws {LabError} `missing-file`, `io` or `bad-data`.
 */
export async function readJson(path: string): Promise<unknown> {
  const text = await read(path);
  return parseJson(text.replace(/^\ufeff/, ''), path, { code: 'bad-data', what: 'It is not JSON' });
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) throw new LabError({ code: 'missing-file', where: path, what: 'The file does not exist.' });
    throw LabError.from(error, { code: 'io', where: path, what: 'The file cannot be read.' });
  }
}
