import { turnKey } from '../evaluation/record.ts';
import type { ExploredRecord } from './explored-record.ts';
import type { RunIndex, TurnRow } from './run-index.ts';
import type { Differences } from './select.ts';

/** The reply of another run to the same turn under the same condition, by the place of this run's row. */
export type Partners = ReadonlyMap<number, TurnRow>;

/**
 * Pairs the replies of two runs: those to turns of one name whose original replies do not contradict that. If there is
 * no such turn, because the runs name dialogues differently, those to the only turn of one place and original reply. A
 * model is the same if its id is, or if the other run has only one.
 */
export function pairRuns(run: RunIndex, other: RunIndex): Partners {
  const [only, ...more] = other.plan.models;
  const models = new Map(other.plan.models.map(({ id }) => [id, id]));
  const single = more.length === 0 ? only?.id : undefined;
  const pairs = (find: (record: ExploredRecord, model: string) => TurnRow | undefined): Partners =>
    new Map(
      run.rows.flatMap((row) => {
        const model = models.get(row.record.model) ?? single;
        const partner = model === undefined ? undefined : find(row.record, model);
        return partner && !contradict(partner.record, row.record) ? [[row.place, partner] as const] : [];
      }),
    );
  const named = pairs(finder(other, turnKey));
  if (named.size > 0) return named;
  const [own, others] = [finder(run, contentOf), finder(other, contentOf)];
  return pairs((record, model) => (record.reference !== '' && own(record) ? others(record, model) : undefined));
}

const contentOf = ({ turn, reference }: ExploredRecord): string => `${turn} ${reference}`;

/** Finds the only reply to a record's turn under its condition, by its model unless another is named. */
function finder(
  { rows }: RunIndex,
  nameOf: (record: ExploredRecord) => string,
): (record: ExploredRecord, model?: string) => TurnRow | undefined {
  const key = (record: ExploredRecord, model = record.model) =>
    JSON.stringify([model, record.representation, nameOf(record)]);
  const found = new Map<string, TurnRow | undefined>();
  for (const row of rows) found.set(key(row.record), found.has(key(row.record)) ? undefined : row);
  return (record, model) => found.get(key(record, model));
}

const contradict = (a: ExploredRecord, b: ExploredRecord): boolean =>
  a.reference !== '' && b.reference !== '' && a.reference !== b.reference;

/** A measure of the other run minus that of this one, by the place of this run's row; NaN without a pair. */
export function differencesOf(
  { run, other, partners }: { run: RunIndex; other: RunIndex; partners: Partners },
  measure: string,
  judge: string | null,
): Differences {
  const own = run.values(measure, judge);
  const others = other.values(measure, judge);
  return own.map((value, place) => {
    const partner = partners.get(place);
    return partner ? (others[partner.place] ?? Number.NaN) - value : Number.NaN;
  });
}
