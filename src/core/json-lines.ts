import { z } from 'zod';
import { LabError, type LabErrorDetail } from './error.ts';

/**
 * The lines of a JSON lines file that is written line by line. A last line without its end that cannot be read was
 * being written when the process was killed, and is left out. Blank lines are passed over.
 * @throws {LabError} as `failure` says for the first other line that is no JSON or not of the schema, with its number.
 */
export function parseJsonLines<Line>(
  text: string,
  schema: z.ZodType<Line>,
  failure: LabErrorDetail & { where: string },
): Line[] {
  const lines = text.split('\n');
  return lines.flatMap((line, i) => {
    if (line.trim() === '') return [];
    try {
      return [schema.parse(JSON.parse(line))];
    } catch (error) {
      if (i === lines.length - 1) return [];
      const cause = error instanceof z.ZodError ? new Error(z.prettifyError(error), { cause: error }) : error;
      throw LabError.from(cause, { ...failure, where: `${failure.where} line ${i + 1}` });
    }
  });
}
