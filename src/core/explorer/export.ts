import { numbersOf } from '../evaluation/numbers.ts';
import { recordKey } from '../evaluation/record.ts';
import { recordsCsv } from '../table/csv.ts';
import { writeRunFile } from '../table/run-file.ts';
import { asStored } from './explored-record.ts';
import type { RunIndex, TurnRow } from './run-index.ts';

/**
 * Replies as text: `csv` for spreadsheets; `json` as a run that can be imported, with its judges and their verdicts, or
 * as a list of numbers where texts were not published.
 */
export function exportRows(index: RunIndex, rows: readonly TurnRow[], form: 'csv' | 'json'): string {
  if (form === 'csv') return recordsCsv(rows.map(({ record }) => asStored(record)));
  if (rows.some(({ record }) => record.withheld)) {
    const numbers = rows.map(({ record }) => {
      const { hypothesisHash, failed, origin } = record;
      return { ...numbersOf(record), hypothesisHash, failed, ...(origin !== undefined && { origin }) };
    });
    return JSON.stringify(numbers, null, 1);
  }
  const kept = new Set(rows.map(({ record }) => recordKey(record)));
  return writeRunFile(
    index.plan,
    rows.length,
    rows.map(({ record }) => asStored(record)),
    index.judgings.map(({ judge }) => judge),
    index.judgings.flatMap(({ verdicts }) => verdicts.filter((verdict) => kept.has(recordKey(verdict)))),
  );
}
