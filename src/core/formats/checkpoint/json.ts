import { LabError } from '../../error.ts';

/**
 * Parses untrusted JSON.
 * @throws {LabError} `bad-file` naming the file.
 */
export function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw LabError.from(error, {
      code: 'bad-file',
      what: 'It is not valid JSON',
      where,
      todo: 'Check that the file is complete.',
    });
  }
}
