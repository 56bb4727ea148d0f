/** Unsmoothed BLEU puts the smallest positive number in place of a precision of 0, as NLTK does; this is that 0. */
const ZERO_BELOW = 1e-100;

/**
 * The cells of a run as they are printed, one JSON object per line; none for a run that failed before its first record,
 * which has no results.
 */
export function cellLines(
  cells: readonly object[],
  { records, failed }: { records: number; failed: boolean },
): string[] {
  if (failed && records === 0) return [];
  return cells.map((cell) =>
    JSON.stringify(cell, (_key, value: unknown) =>
      typeof value === 'number' && Math.abs(value) < ZERO_BELOW ? 0 : value,
    ),
  );
}
