/** After so many rounds the predictions are no guide, and the search halves what is left. */
const GUIDED_ROUNDS = 3;

/** Where the longest prompt that fits begins. */
export interface Found {
  /** Index of the candidate; null where not even the last, shortest one fits. */
  index: number | null;
  /** Tokens of the prompts that were measured, by candidate. */
  measured: ReadonlyMap<number, number>;
}

/**
 * Finds the first of `predicted.length` prompts, longest first, that fits into `room` tokens while the one before it
 * does not, with few measurements. Each call of `measure` may cost round trips to a worker: the first is of the longest
 * prompt, and where that fits the only one; the next are of those where the predictions, corrected by what was
 * measured, see the edge. Both sides of the edge are measured, so predictions only cost time where they are wrong.
 */
export async function longestThatFits(
  predicted: readonly number[],
  room: number,
  measure: (indices: number[]) => Promise<number[]>,
): Promise<Found> {
  const measured = new Map<number, number>();
  const last = predicted.length - 1;
  /** The nearest known prompts on both sides of the edge. */
  let tooLong = -1;
  let fits: number | null = null;
  for (let round = 0; tooLong + 1 < (fits ?? last + 1); round++) {
    const end: number = fits ?? last + 1;
    const guess: number = round === 0 ? 0 : guessWithin(tooLong + 1, end, round);
    const indices: number[] = [guess - 1, guess].filter((index) => index > tooLong && index < end);
    const counts = await measure(indices);
    indices.forEach((index, i) => measured.set(index, counts[i] ?? Infinity));
    for (const index of indices) {
      if (fits !== null && index >= fits) continue;
      if ((measured.get(index) ?? Infinity) <= room) fits = index;
      else tooLong = Math.max(tooLong, index);
    }
  }
  return { index: fits, measured };

  /** An index from `start` to before `end`: where the edge is expected. */
  function guessWithin(start: number, end: number, round: number): number {
    if (round > GUIDED_ROUNDS) return Math.floor((start + end) / 2);
    const known = fits ?? tooLong;
    const error = (measured.get(known) ?? 0) - (predicted[known] ?? 0);
    for (let index = start; index < end; index++) if ((predicted[index] ?? Infinity) + error <= room) return index;
    return end - 1;
  }
}
