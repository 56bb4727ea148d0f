import { shuffle } from '../../src/core/random/random.ts';
import { seededRandom } from '../../src/core/random/xoshiro128.ts';
import { nearness, type TextFeatures } from '../../src/core/safety/features.ts';

/** A text for the kernel: its reduced embedding and its n-grams. */
export interface KernelText extends Pick<TextFeatures, 'places' | 'values'> {
  point: Float32Array;
}

/** The similarity of every two texts, row by row. The 1 is the bias. */
export function kernelMatrix(texts: readonly KernelText[]): Float32Array {
  const size = texts.length;
  const matrix = new Float32Array(size * size);
  texts.forEach((a, i) => {
    for (let j = 0; j <= i; j++) matrix[i * size + j] = 1 + nearness(a.point, texts[j]?.point ?? a.point);
  });
  addNgrams(texts, matrix);
  for (let i = 0; i < size; i++) for (let j = 0; j < i; j++) matrix[j * size + i] = matrix[i * size + j] ?? 0;
  return matrix;
}

/** Adds the products of n-grams below the diagonal, with lists of the texts that contain each. */
function addNgrams(texts: readonly KernelText[], matrix: Float32Array): void {
  const holders = new Map<number, number[]>();
  const held = new Map<number, number[]>();
  texts.forEach(({ places, values }, i) => {
    const row = matrix.subarray(i * texts.length, (i + 1) * texts.length);
    places.forEach((place, at) => {
      const value = values[at] ?? 0;
      const others = holders.get(place) ?? [];
      const theirs = held.get(place) ?? [];
      others.push(i);
      theirs.push(value);
      holders.set(place, others);
      held.set(place, theirs);
      for (let k = 0; k < others.length; k++) {
        const other = others[k] ?? 0;
        row[other] = (row[other] ?? 0) + value * (theirs[k] ?? 0);
      }
    });
  });
}

/** Maximum number of passes over the examples, and the largest step of a pass below which fitting stops. */
const PASSES = 200;
const SETTLED = 1e-3;

export interface Problem {
  /** The kernel matrix of all texts, and their number. */
  matrix: Float32Array;
  size: number;
  /** The texts to learn from, whether each is a positive example, and what an error costs. */
  members: readonly number[];
  positive: (text: number) => boolean;
  cost: number;
}

/**
 * Fits a support vector machine by coordinate descent in the dual (Hsieh and others, 2008). Returns the weight of each
 * text, 0 for those not trained on. The same input gives the same weights.
 */
export function fitKernel({ matrix, size, members, positive, cost }: Problem): Float64Array {
  const weights = new Float64Array(size);
  const margins = new Float64Array(size);
  let order: readonly number[] = members;
  const random = seededRandom(13);
  for (let pass = 0; pass < PASSES; pass++) {
    order = shuffle(order, random);
    let largest = 0;
    for (const text of order) {
      const sign = positive(text) ? 1 : -1;
      const before = weights[text] ?? 0;
      const alpha = before * sign + (1 - sign * (margins[text] ?? 0)) / (matrix[text * size + text] ?? 1);
      const step = sign * Math.min(cost, Math.max(0, alpha)) - before;
      largest = Math.max(largest, Math.abs(step));
      if (Math.abs(step) < 1e-6) continue;
      weights[text] = before + step;
      const row = matrix.subarray(text * size, (text + 1) * size);
      for (let i = 0; i < size; i++) margins[i] = (margins[i] ?? 0) + step * (row[i] ?? 0);
    }
    if (largest < SETTLED) break;
  }
  return weights;
}

/** The score of a text under fitted weights. */
export function marginOf(weights: Float64Array, matrix: Float32Array, text: number): number {
  const row = text * weights.length;
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += (weights[i] ?? 0) * (matrix[row + i] ?? 0);
  return sum;
}
