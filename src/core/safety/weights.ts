import { at } from '../at.ts';
import { LabError } from '../error.ts';
import { CRISIS_KINDS, type CrisisKind } from './kinds.ts';
import { FEATURES, nearness } from './features.ts';

/** Stands for a harmless phrase where the others have the index of their kind. */
export const HARMLESS = 255;

/** The trained classifier as in weights.json; arrays of numbers are base64. */
export interface StoredWeights {
  /** SHA-256 of the phrases it was trained on, and their authors. */
  phrases: string;
  authors: string[];
  /** Mean of the embeddings (32-bit floats), and the principal directions (8-bit, one row each). */
  mean: string;
  directions: string;
  directionScale: number;
  /** The support phrases of the decision, projected onto these directions (8-bit), with a scale per direction. */
  points: string;
  pointScales: string;
  /** Index of each phrase's kind in CRISIS_KINDS; `HARMLESS` for a harmless one. */
  kinds: string;
  /**
   * For "concern or danger" and for "danger": a weight for each phrase, and the threshold of the score. For danger, the
   * first score must also exceed its threshold by `margin`.
   */
  flag: { weights: string; threshold: number };
  danger: { weights: string; threshold: number; margin: number };
  /** Weights of the hashed n-grams for `flag` (8-bit). */
  ngrams: string;
  ngramScale: number;
}

/** The classifier's scores of one text; above 0 means yes. */
export interface Verdict {
  flag: number;
  danger: number;
  kind: CrisisKind;
}

/** Computes the scores of a text from its features. */
export interface Judge {
  /** Projects an embedding to `FEATURES.components` dimensions. */
  project: (embedding: Float32Array) => Float32Array;
  judge: (point: Float32Array, places: Uint32Array, values: Float32Array) => Verdict;
}

/**
 * Opens trained weights. What is returned throws a LabError `wrong-numbers` where an embedding or a score is not made
 * of finite numbers, or has another size than in training: no answer is better than a wrong one.
 * @throws {LabError} `bad-file` if a part of the weights is missing, cut off or not a number.
 */
export function openWeights(stored: StoredWeights): Judge {
  const { components, dimension, buckets } = FEATURES;
  const mean = floats('mean', stored.mean, dimension);
  const directions = bytes('directions', stored.directions, components * dimension);
  const directionScale = finite('directionScale', stored.directionScale);
  const scales = floats('pointScales', stored.pointScales, components);
  const kinds = Uint8Array.from(raw('kinds', stored.kinds));
  if (kinds.length === 0) throw broken('kinds', 'is empty');
  if (kinds.some((kind) => kind !== HARMLESS && kind >= CRISIS_KINDS.length)) throw broken('kinds', 'has another kind');
  const small = bytes('points', stored.points, kinds.length * components);
  const flag = floats('flag.weights', stored.flag.weights, kinds.length);
  const danger = floats('danger.weights', stored.danger.weights, kinds.length);
  const flagThreshold = finite('flag.threshold', stored.flag.threshold);
  const dangerThreshold = finite('danger.threshold', stored.danger.threshold);
  const margin = finite('danger.margin', stored.danger.margin);
  const ngrams = bytes('ngrams', stored.ngrams, 2 * buckets);
  const ngramScale = finite('ngramScale', stored.ngramScale);
  const points = Float32Array.from(small, (value, i) => value * at(scales, i % components));
  return {
    project(embedding) {
      checkNumbers('The embedding of a message', embedding, dimension);
      const centred = embedding.map((value, i) => value - at(mean, i));
      return Float32Array.from({ length: components }, (_, row) => {
        const direction = directions.subarray(row * dimension, (row + 1) * dimension);
        return directionScale * centred.reduce((sum, value, i) => sum + value * at(direction, i), 0);
      });
    },
    judge(point, places, values) {
      checkNumbers('The projected embedding of a message', point, components);
      checkNumbers('The list of n-grams of a message', values, places.length);
      const scores = { flag: -flagThreshold, danger: -dangerThreshold };
      const votes = CRISIS_KINDS.map(() => 0);
      kinds.forEach((kind, i) => {
        // The 1 is the bias, as in training.
        const near = nearness(point, points.subarray(i * components, (i + 1) * components));
        scores.flag += at(flag, i) * (1 + near);
        scores.danger += at(danger, i) * (1 + near);
        if (kind !== HARMLESS) votes[kind] = at(votes, kind) + near;
      });
      places.forEach((place, i) => (scores.flag += at(ngrams, place) * ngramScale * at(values, i)));
      const sure = Math.min(scores.danger, scores.flag - margin);
      checkNumbers('The scores of a message', [scores.flag, sure], 2);
      return { flag: scores.flag, danger: sure, kind: at(CRISIS_KINDS, votes.indexOf(Math.max(...votes))) };
    },
  };
}

const broken = (part: string, what: string): LabError =>
  new LabError({
    code: 'bad-file',
    where: 'weights.json',
    what: `"${part}" ${what}, so no message can be checked for danger with it`,
    todo: 'Load the lab again, or train the weights with "npm run safety -- train".',
  });

function checkNumbers(what: string, numbers: ArrayLike<number>, size: number): void {
  const wrong = numbers.length !== size || !Array.from(numbers).every(Number.isFinite);
  if (!wrong) return;
  throw new LabError({
    code: 'wrong-numbers',
    what: `${what} should be ${size} finite numbers`,
    todo: 'Load the lab again.',
  });
}

function raw(part: string, text: string): Uint8Array<ArrayBuffer> {
  let letters: string;
  try {
    letters = atob(text);
  } catch {
    throw broken(part, 'is not base64');
  }
  const data = new Uint8Array(letters.length);
  for (let i = 0; i < data.length; i++) data[i] = letters.charCodeAt(i);
  return data;
}

function bytes(part: string, text: string, size: number): Int8Array {
  const data = raw(part, text);
  if (data.length !== size) throw broken(part, `has ${data.length} bytes, not ${size}`);
  return new Int8Array(data.buffer);
}

function floats(part: string, text: string, size: number): Float32Array {
  const numbers = new Float32Array(bytes(part, text, 4 * size).buffer as ArrayBuffer);
  if (!numbers.every(Number.isFinite)) throw broken(part, 'has a value that is not a number');
  return numbers;
}

function finite(part: string, value: number): number {
  if (!Number.isFinite(value)) throw broken(part, 'is not a number');
  return value;
}

/** The numbers of a typed array as base64, little-endian. */
export function toBase64(array: Int8Array | Uint8Array | Float32Array): string {
  const data = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  let text = '';
  for (let at = 0; at < data.length; at += 8192) text += String.fromCharCode(...data.subarray(at, at + 8192));
  return btoa(text);
}

/** Quantises numbers to 8 bits with a common scale. */
export function quantised(values: Float32Array): { data: Int8Array; scale: number } {
  const scale = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 127 || 1;
  return { data: Int8Array.from(values, (value) => Math.round(value / scale)), scale };
}
