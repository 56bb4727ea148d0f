import { at } from '../at.ts';
import { LabError } from '../error.ts';
import { MersenneTwister } from '../random/mt19937.ts';

/** The division of a dataset that the trainer makes by default, and that the Solace corpus is published with. */
export const TEST_SHARE = 0.2;
export const SPLIT_SEED = 42;

export interface Split {
  /** Indices into the labels, shuffled. */
  train: number[];
  test: number[];
}

/**
 * One stratified random split, identical by index to scikit-learn's `StratifiedShuffleSplit(n_splits=1,
 * test_size=testShare, random_state=seed)`.
 * @throws {LabError} `bad-data` for a class with a single member or a part with fewer members than classes.
 */
export function stratifiedSplit(labels: readonly string[], testShare: number, seed: number): Split {
  const classes = [...new Set(labels)].sort((a, b) => (a < b ? -1 : 1));
  const members = classes.map((name) => labels.flatMap((label, i) => (label === name ? [i] : [])));
  const testSize = Math.ceil(testShare * labels.length);
  const trainSize = labels.length - testSize;
  const single = members.findIndex((indices) => indices.length < 2);
  if (single >= 0)
    throw unsplittable(`The class "${at(classes, single)}" has one member; a stratified split needs two.`);
  if (Math.min(testSize, trainSize) < classes.length) {
    throw unsplittable(`${classes.length} classes cannot be spread over parts of ${trainSize} and ${testSize}.`);
  }
  const random = new MersenneTwister(seed);
  const sizes = members.map((indices) => indices.length);
  const trainCounts = approximateMode(sizes, trainSize, random);
  const testCounts = approximateMode(
    sizes.map((size, i) => size - at(trainCounts, i)),
    testSize,
    random,
  );
  const [train, test]: [number[], number[]] = [[], []];
  members.forEach((indices, i) => {
    const drawn = random.permutation(indices);
    const count = at(trainCounts, i);
    train.push(...drawn.slice(0, count));
    test.push(...drawn.slice(count, count + at(testCounts, i)));
  });
  return { train: random.permutation(train), test: random.permutation(test) };
}

/** The training or the test part of the default division by scene, in the order of `dialogues`. */
export function partOf<Item extends { scene?: string | undefined }>(
  dialogues: readonly Item[],
  part: keyof Split,
): Item[] {
  const split = stratifiedSplit(
    dialogues.map(({ scene = '' }) => scene),
    TEST_SHARE,
    SPLIT_SEED,
  );
  const chosen = new Set(split[part]);
  return dialogues.filter((_, i) => chosen.has(i));
}

/** A random split like that of scikit-learn's `ShuffleSplit`, except that at least one index is left to train on. */
export function randomSplit(count: number, testShare: number, seed: number): Split {
  const drawn = new MersenneTwister(seed).permutation(Array.from({ length: count }, (_, i) => i));
  const testSize = Math.min(Math.ceil(testShare * count), Math.max(0, count - 1));
  return { train: drawn.slice(testSize), test: drawn.slice(0, testSize) };
}

/** Whole shares of `draws` in proportion to `counts`: rounded down, the rest to the largest remainders, ties by lot. */
function approximateMode(counts: readonly number[], draws: number, random: MersenneTwister): number[] {
  const total = counts.reduce((a, b) => a + b, 0);
  const exact = counts.map((count) => (count / total) * draws);
  const result = exact.map(Math.floor);
  const remainder = exact.map((share, i) => share - at(result, i));
  let missing = draws - result.reduce((a, b) => a + b, 0);
  for (const value of [...new Set(remainder)].sort((a, b) => b - a)) {
    if (missing <= 0) break;
    const tied = remainder.flatMap((share, i) => (share === value ? [i] : []));
    const chosen = random.permutation(tied).slice(0, missing);
    for (const i of chosen) result[i] = at(result, i) + 1;
    missing -= chosen.length;
  }
  return result;
}

function unsplittable(what: string): LabError {
  return new LabError({
    code: 'bad-data',
    what,
    todo: 'Give the evaluation data as its own file, or stratify by another field.',
  });
}
