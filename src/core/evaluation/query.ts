import { hasWords, queryWords } from '../dataset/word-search.ts';
import type { ResultRecord } from './record.ts';

/** Selects records of a run; absent fields allow all. */
export interface RecordQuery {
  /** Id of a model, or several. */
  model?: string | readonly string[] | undefined;
  /** Id of a condition, or several. */
  representation?: string | readonly string[] | undefined;
  /** Id of a dialogue, or several. */
  dialogue?: string | readonly string[] | undefined;
  /** Index of the turn's first utterance. */
  turn?: number | undefined;
  /** Whether the turn failed. */
  failed?: boolean | undefined;
  /** Every word must occur in the original reply or the model's, ignoring case and diacritics. */
  words?: string | undefined;
  /** How many of the records found to skip, and how many to give at most. */
  offset?: number | undefined;
  limit?: number | undefined;
}

/** What a query looks at; published records have no texts. */
type Queried = Pick<ResultRecord, 'model' | 'representation' | 'dialogue' | 'turn'> &
  Partial<Pick<ResultRecord, 'reference' | 'hypothesis' | 'error'>> & { failed?: boolean };

/** The records that match a query, in order. */
export function findRecords<Record extends Queried>(records: readonly Record[], query: RecordQuery): Record[] {
  const { words = '', turn, failed, offset = 0, limit = Infinity } = query;
  const wanted = queryWords(words);
  const model = oneOf(query.model);
  const representation = oneOf(query.representation);
  const dialogue = oneOf(query.dialogue);
  return records
    .filter(
      (record) =>
        model(record.model) &&
        representation(record.representation) &&
        dialogue(record.dialogue) &&
        (turn === undefined || record.turn === turn) &&
        (failed === undefined || (record.failed ?? record.error !== undefined) === failed) &&
        hasWords([record.reference ?? '', record.hypothesis ?? ''], wanted),
    )
    .slice(offset, offset + limit);
}

function oneOf(wanted: string | readonly string[] | undefined): (value: string) => boolean {
  if (wanted === undefined) return () => true;
  const set = new Set([wanted].flat());
  return (value) => set.has(value);
}
