/** Minimum number of letters for the beginning of a word to identify it. */
const BEGINNING = 4;

/**
 * The known word that a person most likely meant: at most a third of its letters differ, or it is the only one with
 * nearly this beginning. Undefined if there is none.
 */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  let best: { word: string; distance: number } | undefined;
  const candidates = [...known];
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance <= Math.max(1, Math.floor(candidate.length / 3)) && distance < (best?.distance ?? Infinity))
      best = { word: candidate, distance };
  }
  if (best || word.length < BEGINNING) return best?.word;
  const longer = candidates.filter((candidate) => beginsNearly(candidate.toLowerCase(), word.toLowerCase()));
  return longer.length === 1 ? longer[0] : undefined;
}

/** Whether a word begins with another, allowing one wrong letter in four. */
function beginsNearly(word: string, start: string): boolean {
  const most = Math.floor(start.length / 4);
  return Array.from({ length: 2 * most + 1 }, (_, i) => start.length - most + i).some(
    (length) => length <= word.length && editDistance(start, word.slice(0, length)) <= most,
  );
}

/** `Did you mean X?` for the nearest word, or nothing. */
export function didYouMean(word: string, known: Iterable<string>, prefix = ''): string {
  const found = nearest(word, known);
  return found === undefined ? '' : `Did you mean ${prefix}${found}?`;
}

/** Letters to insert, remove, replace or swap with their neighbour (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      next.push(cost);
    }
    [before, row] = [row, next];
  }
  return row[b.length] ?? 0;
}
