import { LabError } from '../error.ts';
import { mean } from './descriptive.ts';
import { ranks } from './rank.ts';

/**
 * Spearman's rank correlation, ties at their mean rank; NaN if one side is constant or there are fewer than two.
 * Reference: Spearman (1904); equals SciPy's `spearmanr`.
 * @throws {LabError} `bad-data` when the lists differ in length.
 */
export function spearman(x: readonly number[], y: readonly number[]): number {
  sameLength(x, y);
  return pearson(ranks(x), ranks(y));
}

/** Minimum sample size for reporting a correlation. */
const FEWEST = 3;

/** A correlation over `n` items as reported: null for fewer than three, or if one side is constant. */
export function reportedCorrelation(rho: number, n: number): number | null {
  return n < FEWEST || Number.isNaN(rho) ? null : rho;
}

function pearson(x: readonly number[], y: readonly number[]): number {
  const [mx, my] = [mean(x), mean(y)];
  let [sxy, sxx, syy] = [0, 0, 0];
  x.forEach((value, i) => {
    const [dx, dy] = [value - mx, (y[i] as number) - my];
    sxy += dx * dy;
    sxx += dx * dx;
    syy += dy * dy;
  });
  return sxy / Math.sqrt(sxx * syy);
}

/**
 * Probability that a score of `positive` exceeds one of `negative`, ties counting half: the area under the ROC curve.
 * NaN if a side is empty. Reference: Mann and Whitney (1947); equals scikit-learn's `roc_auc_score`.
 */
export function auc(positive: readonly number[], negative: readonly number[]): number {
  const ranked = ranks([...positive, ...negative]);
  const sum = ranked.slice(0, positive.length).reduce((total, rank) => total + rank, 0);
  return (sum - (positive.length * (positive.length + 1)) / 2) / (positive.length * negative.length);
}

/**
 * Cohen's kappa of two raters over the same items; NaN if both always give one and the same rating. `quadratic` weights
 * how far apart two categories are in the order of `categories`. Reference: Cohen (1960, 1968); equals scikit-learn's
 * `cohen_kappa_score`.
 * @throws {LabError} `bad-data` when the lists differ in length or a rating is not a category.
 */
export function cohenKappa<Category>(
  a: readonly Category[],
  b: readonly Category[],
  categories: readonly Category[],
  weights: 'none' | 'quadratic' = 'none',
): number {
  sameLength(a, b);
  const place = (rating: Category) => {
    const index = categories.indexOf(rating);
    if (index < 0)
      throw new LabError({
        code: 'bad-data',
        what: `The rating ${String(rating)} is not one of ${categories.join(', ')}.`,
        todo: 'Remove it from the ratings.',
      });
    return index;
  };
  const cost = (i: number, j: number) => (weights === 'none' ? Number(i !== j) : (i - j) ** 2);
  const [left, right] = [a.map(place), b.map(place)];
  const observed = left.reduce((sum, i, k) => sum + cost(i, right[k] as number), 0);
  let expected = 0;
  for (const i of left) for (const j of right) expected += cost(i, j);
  return 1 - (observed * left.length) / expected;
}

function sameLength(x: readonly unknown[], y: readonly unknown[]): void {
  if (x.length === y.length) return;
  throw new LabError({
    code: 'bad-data',
    what: `One list has ${x.length} values and the other ${y.length}.`,
    todo: 'Compare ratings of the same items.',
  });
}
