import type { ResultRecord } from '../evaluation/record.ts';

const FIXED = [
  'model',
  'representation',
  'dialogue',
  'turn',
  'hypothesis',
  'reference',
  'promptTokens',
  'leftOut',
  'nll',
  'nllTokens',
  'newTokens',
  'totalMs',
  'error',
] as const;

/** What made a record, in a table of which at least one record says it. */
const ORIGIN = ['lab', 'commit', 'engine', 'device', 'weights', 'adapter', 'tokenizer', 'data'] as const;

/**
 * The records of a run as CSV (RFC 4180), one per line; metrics with precision, recall and F take three columns. Text
 * that a spreadsheet would read as a formula gets an apostrophe, wherever it may split cells: one that splits at
 * semicolons ignores quotes that begin after a comma.
 */
export function recordsCsv(records: readonly ResultRecord[]): string {
  const metrics = [
    ...new Set(
      records.flatMap(({ scores }) => Object.entries(scores).flatMap(([name, value]) => columnsOf(name, value))),
    ),
  ];
  const origin = records.some(({ provenance }) => provenance) ? ORIGIN : [];
  const rows = records.map((record) => {
    const flat = Object.fromEntries(
      Object.entries(record.scores).flatMap(([name, value]) =>
        columnsOf(name, value).map((column, i) => [column, Array.isArray(value) ? value[i] : value]),
      ),
    );
    const fixed: Record<(typeof FIXED)[number], unknown> = {
      ...record,
      nll: record.nll?.sum,
      nllTokens: record.nll?.tokens,
      newTokens: record.timing?.newTokens,
      totalMs: record.timing?.totalMs,
      error: record.error,
    };
    const made = originOf(record);
    return [
      ...FIXED.map((name) => fixed[name]),
      ...origin.map((name) => made[name]),
      ...metrics.map((name) => flat[name]),
    ];
  });
  return csvText([[...FIXED, ...origin, ...metrics], ...rows]);
}

/** Rows of any values as CSV, with the same rules. */
export const csvText = (rows: readonly (readonly unknown[])[]): string =>
  rows.map((row) => row.map(cell).join(',')).join('\r\n') + '\r\n';

function originOf({ provenance }: ResultRecord): Partial<Record<(typeof ORIGIN)[number], string | null | undefined>> {
  if (!provenance) return {};
  const { engine, weights, ...plain } = provenance;
  const computes = [engine.id, engine.package, engine.version].filter((part) => part !== null).join(' ');
  return { ...plain, engine: computes, weights: weights?.base, adapter: weights?.adapter };
}

const columnsOf = (name: string, value: ResultRecord['scores'][string]): string[] =>
  Array.isArray(value) ? [`${name}_p`, `${name}_r`, `${name}_f`] : [name];

/** What begins a formula, also in the full-width forms of East Asian keyboards, and after blanks. */
const LEADING = /^(\s*)([=+\-@＝＋－＠])/u;
/**
 * The same after anything that may separate cells; a sign only before a possible term, so not in ";-)". Looks back from
 * the sign: looking ahead from each separator would take quadratic time on a long run of line breaks.
 */
const INNER = /(?=[=@＝＠+\-＋－])(?<=[;,|\t\r\n]\s*)(?:[=@＝＠]|[+\-＋－](?=\s*[\p{L}\p{N}("'.$]))/gu;

function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'string') return typeof value === 'number' ? String(value) : JSON.stringify(value);
  const text = value.replace(LEADING, "$1'$2").replace(INNER, "'$&");
  return /[",;|\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
