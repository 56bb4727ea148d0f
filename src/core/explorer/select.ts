import { queryWords } from '../dataset/word-search.ts';
import type { TurnQuery } from './query.ts';
import type { RunIndex, TurnRow } from './run-index.ts';

/** Differences between two runs by the place of a row; NaN where the other run has no such reply. */
export type Differences = Float64Array;

/** The replies that match a query, in its order. Replies without a value to sort by come last. */
export function selectRows(index: RunIndex, query: TurnQuery, differences?: Differences): TurnRow[] {
  const matching = index.rows.filter(matcher(index, query));
  const { sort } = query;
  if (!sort) return matching;
  const compare = comparison(index, query, differences);
  const sign = sort.descending ? -1 : 1;
  return compare ? matching.sort((a, b) => compare(a, b, sign) || a.place - b.place) : matching;
}

function matcher(index: RunIndex, query: TurnQuery): (row: TurnRow) => boolean {
  const { scene, strategy, judge, judged } = query;
  const models = new Set(query.models);
  const conditions = new Set(query.conditions);
  const words = queryWords(query.words);
  const ranges = query.ranges.map(({ measure, low, high }) => ({
    values: index.values(measure, judge),
    low: low ?? -Infinity,
    high: high ?? Infinity,
  }));
  const inRange = (place: number) =>
    ranges.every(({ values, low, high }) => {
      const value = values[place] ?? Number.NaN;
      return value >= low && value <= high;
    });
  return (row) =>
    (models.size === 0 || models.has(row.record.model)) &&
    (conditions.size === 0 || conditions.has(row.record.representation)) &&
    (scene === null || row.scene === scene) &&
    (strategy === null || row.strategies.includes(strategy)) &&
    (!query.differ || row.differs) &&
    (!query.failed || row.record.failed) &&
    (judged === null || index.judgedState(row, judge) === judged) &&
    inRange(row.place) &&
    (words.length === 0 || words.every((word) => index.searched(row).includes(word)));
}

/** Orders two rows; `sign` is −1 for descending. Undefined if there is nothing to sort by. */
function comparison(
  index: RunIndex,
  { sort, judge }: TurnQuery,
  differences: Differences | undefined,
): ((a: TurnRow, b: TurnRow, sign: number) => number) | undefined {
  if (!sort) return undefined;
  if (sort.by === 'scene') return byText(({ scene }) => scene);
  if (sort.by === 'strategy') return byText(({ strategies: [first] }) => first ?? null);
  const values = sort.by === 'difference' ? differences : index.values(sort.by, judge);
  if (!values) return undefined;
  return (a, b, sign) => {
    const [x, y] = [values[a.place] ?? Number.NaN, values[b.place] ?? Number.NaN];
    if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
    return sign * (x - y);
  };
}

function byText(text: (row: TurnRow) => string | null): (a: TurnRow, b: TurnRow, sign: number) => number {
  return (a, b, sign) => {
    const [x, y] = [text(a), text(b)];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    return sign * (x < y ? -1 : x > y ? 1 : 0);
  };
}
