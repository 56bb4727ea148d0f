import { numbersOf, type RecordNumbers } from '../evaluation/numbers.ts';
import { recordSchema, type ResultRecord } from '../evaluation/record.ts';

/** A record of a run as the explorer knows it: numbers, and the texts unless they were not published. */
export interface ExploredRecord extends RecordNumbers {
  /** The original reply; empty if it is not known. */
  reference: string;
  hypothesis: string | null;
  /** Why the turn failed; absent also where that was not published. */
  error?: string | undefined;
  /** What made the record; numbers only name it, in `origin`. */
  provenance?: ResultRecord['provenance'];
  /** Whether there are texts that were not published. */
  withheld: boolean;
}

export function explored(record: ResultRecord): ExploredRecord {
  const { reference, hypothesis, error, provenance } = record;
  return {
    ...numbersOf(record),
    reference,
    hypothesis,
    ...(error !== undefined && { error }),
    ...(provenance && { provenance }),
    withheld: false,
  };
}

export const exploredNumbers = (numbers: RecordNumbers): ExploredRecord => ({
  ...numbers,
  reference: '',
  hypothesis: null,
  withheld: true,
});

/** The record as it was stored; only for one whose texts are known. */
export const asStored = (record: ExploredRecord): ResultRecord => recordSchema.parse(record);
