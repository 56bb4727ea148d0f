import type { z } from 'zod';
import { LabError, type LabErrorDetail } from './error.ts';

/** What an error says instead of its usual words. */
export type JsonRefusal = Partial<Pick<LabErrorDetail, 'code' | 'what' | 'todo'>>;

/** The value of a JSON text; undefined if it is not JSON. */
export function tryParseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Parses untrusted JSON.
 * @throws {LabError} `bad-file`, or as `refusal` says, naming the file and the place in it.
 */
export function parseJson(text: string, where: string, refusal: JsonRefusal = {}): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw LabError.from(error, {
      code: 'bad-file',
      what: 'It is not valid JSON',
      todo: 'Check that the file is complete.',
      ...refusal,
      where,
    });
  }
}

/** Where the first fault is that a schema found, such as `dialog[3].text`; empty for the whole value. */
export const faultyField = ({ issues: [issue] }: z.ZodError): string =>
  (issue?.path ?? [])
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');

/** What is wrong there, without the field. */
export const faultMessage = ({ issues: [issue] }: z.ZodError): string => issue?.message ?? 'It is not as expected';

/** The first fault with its field: `dialog[3].text: …`. A fault of the whole value is named after `whole`, if given. */
export function firstFault(error: z.ZodError, whole = ''): string {
  const place = faultyField(error) || whole;
  return place === '' ? faultMessage(error) : `${place}: ${faultMessage(error)}`;
}

/**
 * Checks parsed JSON.
 * @throws {LabError} `bad-config`, or as `refusal` says, naming the file and the first field at fault.
 */
export function checkJson<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  where: string,
  { what, ...refusal }: JsonRefusal = {},
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const fault = firstFault(result.error, what === undefined ? 'The file' : '');
  throw new LabError(
    { code: 'bad-config', ...refusal, what: what === undefined ? fault : `${what} (${fault})`, where },
    { cause: result.error },
  );
}
