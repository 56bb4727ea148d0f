import { readFile } from 'node:fs/promises';
import { LabError, type LabErrorDetail } from '../core/error.ts';

/**
 * The text of a file that a person named.
 * @throws {LabError} `missing-file` with these words when it cannot be read.
 */
export const readText = (path: string, missing: Pick<LabErrorDetail, 'what' | 'todo'>): Promise<string> =>
  readFile(path, 'utf8').catch((error: unknown) => {
    throw LabError.from(error, { code: 'missing-file', where: path, ...missing });
  });
