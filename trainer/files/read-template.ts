import { readFile } from 'node:fs/promises';
import { LabError } from '../../src/core/error.ts';

/**
 * The text of a chat template.
 * @param setting the option or key that names the file, for errors.
 * @throws {LabError} `missing-file` when it cannot be read.
 */
export async function readTemplate(path: string, setting: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw LabError.from(error, {
      code: 'missing-file',
      where: path,
      what: 'The template cannot be read',
      todo: `Check ${setting}.`,
    });
  });
}
