import { LabError } from '../error.ts';
import { parseJsonLines } from '../json-lines.ts';
import { parseNumbers, type RecordNumbers } from './numbers.ts';
import { recordSchema, type ResultRecord } from './record.ts';

/** The files of a published run as JSON lines, each null if there is none. */
export interface PublishedRecords {
  /** The records with their texts, where those may be published. */
  records: string | null;
  numbers: string | null;
}

export type PublishedRecord = ResultRecord | RecordNumbers;

/**
 * The records of a published run, otherwise their numbers.
 * @throws {LabError} `bad-file` that names the first line at fault, `missing-file` if neither was published.
 */
export function parsePublished({ records, numbers }: PublishedRecords, where: string): PublishedRecord[] {
  if (records !== null) {
    const refusal = { code: 'bad-file', where, what: 'Its records cannot be read.', todo: 'Reload the page.' } as const;
    return parseJsonLines(records, recordSchema, refusal);
  }
  if (numbers !== null) return parseNumbers(numbers, where);
  throw new LabError({
    code: 'missing-file',
    where,
    what: 'The records of this run were not published.',
    todo: 'Only its table can be shown.',
  });
}
