import { at } from '../at.ts';

/** After this many rounds the search stops trusting predictions and bisects. */
const GUIDED_ROUNDS = 3;

/** The longest prompt that fits. */
export interface Found {
  /** Index of the candidate; null if not even the last, shortest one fits. */
  index: number | null;
  /** Measured tokens of prompts, by candidate. */
  measured: ReadonlyMap<number, number>;
}

/**
 * Finds the first of `predicted.length` prompts, longest first, that fits into `room` tokens while the previous one
 * does not, with few measurements. Each call of `measure` may cost round trips to a worker: the first measures the
 * longest prompt and, if that fits, is the only one; the next measure those where the predictions, corrected by what
 * was measured, place the edge. Both sides of the edge are measured, so wrong predictions only cost time.
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

  /** The expected edge: an index from `start` to before `end`. */
  function guessWithin(start: number, end: number, round: number): number {
    if (round > GUIDED_ROUNDS) return Math.floor((start + end) / 2);
    const known = fits ?? tooLong;
    const error = (measured.get(known) ?? 0) - at(predicted, known);
    for (let index = start; index < end; index++) if (at(predicted, index) + error <= room) return index;
    return end - 1;
  }
}
