import { Lru } from '../lru.ts';
import { bootstrapIndices, type Random } from '../random/random.ts';
import { seededRandom } from '../random/xoshiro128.ts';

/** Which random rows: how many, of how many items, and from which seed. */
interface Draws {
  rows: number;
  count: number;
  seed: number;
}

/** Numbers kept of one kind of draws: 10,000 permutations of 200 items. More are drawn anew each time. */
const MOST_KEPT = 2_000_000;

/** A table asks for the same draws for each of its numbers, and drawing takes longer than adding up. */
const kept = new Lru<Int32Array>(4);

/** Bootstrap resamples: rows of `count` indices drawn with replacement. A row is valid until the next one. */
export const resamplesOf = (draws: Draws): Iterable<ArrayLike<number>> =>
  rowsOf('resamples', draws, (random) => bootstrapIndices(draws.count, random));

/** Which of `count` pairs a permutation swaps, as 0 or 1, row by row. A row is valid until the next one. */
export const swapsOf = (draws: Draws): Iterable<ArrayLike<number>> =>
  rowsOf('swaps', draws, (random) => {
    const row = new Array<number>(draws.count);
    for (let i = 0; i < row.length; i++) row[i] = random() < 0.5 ? 1 : 0;
    return row;
  });

function* rowsOf(
  kind: string,
  { rows, count, seed }: Draws,
  draw: (random: Random) => readonly number[],
): Iterable<ArrayLike<number>> {
  const random = seededRandom(seed);
  if (rows * count > MOST_KEPT) {
    for (let r = 0; r < rows; r++) yield draw(random);
    return;
  }
  const key = [kind, rows, count, seed].join('/');
  let all = kept.get(key);
  if (!all) {
    all = new Int32Array(rows * count);
    for (let r = 0; r < rows; r++) all.set(draw(random), r * count);
    kept.set(key, all);
  }
  for (let r = 0; r < rows; r++) yield all.subarray(r * count, (r + 1) * count);
}
