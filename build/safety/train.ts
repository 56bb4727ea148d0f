/** Trains the classifier. */
import { FEATURES, hashedNgrams } from '../../src/core/safety/features.ts';
import { CRISIS_KINDS, type CrisisLevel } from '../../src/core/safety/kinds.ts';
import { HARMLESS, quantised, toBase64, type StoredWeights } from '../../src/core/safety/weights.ts';
import { embedAll } from './embeddings.ts';
import { hashOf, TRAINING_AUTHORS, type Example } from './examples.ts';
import { fitKernel, kernelMatrix, marginOf, type KernelText } from './kernel.ts';
import { dot, principalComponents } from './pca.ts';

/** The cost of an error, the inverse of regularisation, chosen by leaving out one author at a time. */
const COST = 2;
/** Share of an unseen author's harmless phrases that the classifier alone may flag. */
const FALSE_ALARMS = 0.045;
/** Share of them that may be classified as danger, which shows a reply by people first. */
const FALSE_DANGER = 0.015;

/** Results for a phrase with its author left out. */
export interface LeftOut {
  flag: number;
  danger: number;
}

export interface Trained {
  weights: StoredWeights;
  /**
   * Scores of each example by a model that has not seen its author; above 0 means yes. None for the phrases of the
   * first rules.
   */
  leftOut: (LeftOut | undefined)[];
}

/** Reduced embeddings, as in the weights file. */
interface Points {
  projected: Pick<StoredWeights, 'mean' | 'directions' | 'directionScale' | 'pointScales'>;
  small: Int8Array[];
  points: Float32Array[];
}

/** Trains on all examples; thresholds come from leaving out one author at a time. */
export async function train(examples: readonly Example[]): Promise<Trained> {
  const embeddings = await embedAll(examples.map(({ text }) => text));
  const { projected, small, points } = project(embeddings);
  const texts = examples.map(({ text }, i): KernelText => ({
    point: points[i] ?? new Float32Array(),
    ...hashedNgrams(text),
  }));
  const bare = texts.map(({ point }) => ({ point, places: new Uint32Array(), values: new Float32Array() }));
  const matrices = { flag: kernelMatrix(texts), danger: kernelMatrix(bare) };
  const fit = (name: Score, members: number[]): Float64Array => {
    const positive = (i: number): boolean => isPositive(name, examples[i]?.level);
    return fitKernel({ matrix: matrices[name], size: examples.length, members, cost: COST, positive });
  };
  const everyone = examples.map((_, i) => i);
  const leftOut: (LeftOut | undefined)[] = examples.map(() => undefined);
  for (const author of TRAINING_AUTHORS) {
    const others = everyone.filter((i) => examples[i]?.author !== author);
    const [flag, danger] = [fit('flag', others), fit('danger', others)];
    for (const i of everyone) {
      if (examples[i]?.author !== author) continue;
      leftOut[i] = { flag: marginOf(flag, matrices.flag, i), danger: marginOf(danger, matrices.danger, i) };
    }
  }
  const thresholds = chooseThresholds(examples, leftOut);
  const [flag, danger] = [fit('flag', everyone), fit('danger', everyone)];
  const ngrams = quantised(ngramWeights(flag, texts));
  // Phrases far from the decision boundary have no weight.
  const kept = everyone.filter((i) => flag[i] !== 0 || danger[i] !== 0);
  const weights: StoredWeights = {
    phrases: hashOf(examples),
    authors: [...TRAINING_AUTHORS],
    ...projected,
    points: toBase64(Int8Array.from(kept.flatMap((i) => [...(small[i] ?? [])]))),
    kinds: toBase64(Uint8Array.from(kept, (i) => kindPlace(examples[i]))),
    flag: { weights: toBase64(Float32Array.from(kept, (i) => flag[i] ?? 0)), threshold: thresholds.flag },
    danger: {
      weights: toBase64(Float32Array.from(kept, (i) => danger[i] ?? 0)),
      threshold: thresholds.danger,
      margin: thresholds.margin,
    },
    ngrams: toBase64(ngrams.data),
    ngramScale: ngrams.scale,
  };
  return {
    weights,
    leftOut: leftOut.map((scores) => {
      if (!scores) return undefined;
      const flag = scores.flag - thresholds.flag;
      return { flag, danger: Math.min(scores.danger - thresholds.danger, flag - thresholds.margin) };
    }),
  };
}

/** A kind's index in the list. */
const kindPlace = (example: Example | undefined): number =>
  example?.kind ? CRISIS_KINDS.indexOf(example.kind) : HARMLESS;

type Score = 'flag' | 'danger';

const isPositive = (name: Score, level: CrisisLevel | undefined): boolean =>
  level === 'danger' || (name === 'flag' && level === 'concern');

/** Principal components in 8 bits, so that training uses the same numbers as the page. */
function project(embeddings: readonly Float32Array[]): Points {
  const { mean, rows } = principalComponents(embeddings, FEATURES.components);
  const directions = quantised(Float32Array.from(rows.flatMap((row) => [...row])));
  const kept = rows.map((_, row) => directions.data.slice(row * FEATURES.dimension, (row + 1) * FEATURES.dimension));
  const centred = embeddings.map((embedding) => embedding.map((value, i) => value - (mean[i] ?? 0)));
  const exact = centred.map((embedding) => Float32Array.from(kept, (row) => directions.scale * dot(row, embedding)));
  const scales = Float32Array.from(
    kept,
    (_, i) => exact.reduce((most, point) => Math.max(most, Math.abs(point[i] ?? 0)), 0) / 127 || 1,
  );
  const small = exact.map((point) => Int8Array.from(point, (value, i) => Math.round(value / (scales[i] ?? 1))));
  return {
    projected: {
      mean: toBase64(mean),
      directions: toBase64(directions.data),
      directionScale: directions.scale,
      pointScales: toBase64(scales),
    },
    small,
    points: small.map((point) => Float32Array.from(point, (value, i) => value * (scales[i] ?? 1))),
  };
}

/** Thresholds of the scores. */
export interface Thresholds extends LeftOut {
  /** How far above `flag` a text must be to be classified as danger. */
  margin: number;
}

/**
 * `flag` where `FALSE_ALARMS` of unseen harmless phrases are above, `margin` where `FALSE_DANGER` are; `danger` where
 * it best separates danger from concern.
 */
function chooseThresholds(examples: readonly Example[], leftOut: readonly (LeftOut | undefined)[]): Thresholds {
  const scored = examples.flatMap(({ level }, i) => {
    const scores = leftOut[i];
    return scores ? [{ level, ...scores }] : [];
  });
  const harmless = scored
    .filter(({ level }) => level === 'none')
    .map(({ flag }) => flag)
    .sort((a, b) => b - a);
  const above = (share: number): number => harmless[Math.floor(share * harmless.length)] ?? 0;
  const flag = above(FALSE_ALARMS);
  const flagged = scored.filter((scores) => scores.flag > flag);
  const called = (level: CrisisLevel, threshold: number): number => {
    const those = flagged.filter((scores) => scores.level === level);
    return those.filter(({ danger }) => danger > threshold).length / Math.max(1, those.length);
  };
  const best = flagged
    .map(({ danger }) => ({ danger, gain: called('danger', danger) - called('concern', danger) }))
    .reduce((a, b) => (b.gain > a.gain ? b : a), { danger: 0, gain: -Infinity });
  return { flag, danger: best.danger, margin: above(FALSE_DANGER) - flag };
}

/** The n-gram part of a kernel machine's weights, by index. */
function ngramWeights(weights: Float64Array, texts: readonly KernelText[]): Float32Array {
  const sums = new Float32Array(2 * FEATURES.buckets);
  texts.forEach(({ places, values }, i) => {
    places.forEach((place, at) => {
      sums[place] = (sums[place] ?? 0) + (weights[i] ?? 0) * (values[at] ?? 0);
    });
  });
  return sums;
}
