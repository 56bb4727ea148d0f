import { readText } from '../../src/node/read-file.ts';

/**
 * The text of a chat template.
 * @param setting the option or key that names the file, for errors.
 * @throws {LabError} `missing-file` when it cannot be read.
 */
export async function readTemplate(path: string, setting: string): Promise<string> {
  return readText(path, { what: 'The template cannot be read', todo: `Check ${setting}.` });
}
