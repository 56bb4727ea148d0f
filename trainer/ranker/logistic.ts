import { scoreOf, type Fitted } from '../../src/core/assist/ranker.ts';
import { shuffle } from '../../src/core/random/random.ts';
import { seededRandom } from '../../src/core/random/xoshiro128.ts';

/** An example: its features, whether the reply is good, and how much it counts. */
export interface Labelled {
  features: Float32Array;
  good: boolean;
  weight: number;
  /** Replies to one conversation; they are never divided between folds. */
  group: string;
}

export interface FitOptions {
  /** Strength of the L2 penalty on the weights of standardised features. */
  penalty: number;
  passes?: number;
  seed?: number;
}

/**
 * Fits a logistic regression to standardised features by AdaGrad (Duchi et al. 2011) in a seeded order. The same input
 * gives the same weights.
 */
export function fitLogistic(examples: readonly Labelled[], { penalty, passes = 30, seed = 1 }: FitOptions): Fitted {
  const size = examples[0]?.features.length ?? 0;
  const { mean, deviation } = momentsOf(examples, size);
  const rows = examples.map(({ features }) =>
    Float64Array.from(features, (value, i) => (value - (mean[i] ?? 0)) / (deviation[i] ?? 1)),
  );
  const weights = new Float64Array(size + 1);
  const squares = new Float64Array(size + 1).fill(1e-6);
  const random = seededRandom(seed);
  const everyone = rows.map((_, i) => i);
  for (let pass = 0; pass < passes; pass++) {
    const rate = 0.3 / Math.sqrt(1 + pass);
    for (const index of shuffle(everyone, random)) {
      const row = rows[index] ?? weights;
      const { good = false, weight = 0 } = examples[index] ?? {};
      let sum = weights[size] ?? 0;
      for (let i = 0; i < size; i++) sum += (weights[i] ?? 0) * (row[i] ?? 0);
      const error = weight * (1 / (1 + Math.exp(-sum)) - (good ? 1 : 0));
      for (let i = 0; i <= size; i++) {
        const own = weights[i] ?? 0;
        const gradient = error * (i < size ? (row[i] ?? 0) : 1) + (i < size ? (penalty / rows.length) * own : 0);
        squares[i] = (squares[i] ?? 0) + gradient * gradient;
        weights[i] = own - (rate * gradient) / Math.sqrt(squares[i] ?? 1);
      }
    }
  }
  let bias = weights[size] ?? 0;
  const unscaled = Float64Array.from({ length: size }, (_, i) => (weights[i] ?? 0) / (deviation[i] ?? 1));
  unscaled.forEach((weight, i) => (bias -= weight * (mean[i] ?? 0)));
  return { bias, weights: unscaled };
}

function momentsOf(examples: readonly Labelled[], size: number): { mean: Float64Array; deviation: Float64Array } {
  const [mean, deviation] = [new Float64Array(size), new Float64Array(size)];
  for (const { features } of examples)
    features.forEach((value, i) => (mean[i] = (mean[i] ?? 0) + value / examples.length));
  for (const { features } of examples)
    features.forEach((value, i) => (deviation[i] = (deviation[i] ?? 0) + (value - (mean[i] ?? 0)) ** 2));
  deviation.forEach((sum, i) => (deviation[i] = Math.sqrt(sum / Math.max(1, examples.length)) || 1));
  return { mean, deviation };
}

/** Tried in turn; the cross-validated log-loss decides. */
const PENALTIES = [30, 300, 3000];
const FOLDS = 3;

/** The penalty under which conversations that were left out are predicted best. */
export function choosePenalty(examples: readonly Labelled[], print: (line: string) => void): number {
  const groups = shuffle([...new Set(examples.map(({ group }) => group))], seededRandom(2));
  const foldOf = new Map(groups.map((group, i) => [group, i % FOLDS]));
  const losses = PENALTIES.map((penalty) => {
    let [loss, total] = [0, 0];
    for (let fold = 0; fold < FOLDS; fold++) {
      const fitted = fitLogistic(
        examples.filter(({ group }) => foldOf.get(group) !== fold),
        { penalty },
      );
      for (const { features, good, weight, group } of examples) {
        if (foldOf.get(group) !== fold) continue;
        const score = scoreOf(fitted, features);
        loss += weight * Math.log1p(Math.exp(good ? -score : score));
        total += weight;
      }
    }
    print(`penalty ${penalty}: log-loss ${(loss / total).toFixed(4)} of conversations that were left out`);
    return loss / total;
  });
  return PENALTIES[losses.indexOf(Math.min(...losses))] ?? 0;
}
