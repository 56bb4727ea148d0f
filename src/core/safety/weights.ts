import { CRISIS_KINDS, type CrisisKind } from './kinds.ts';
import { FEATURES, nearness } from './features.ts';

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
  /** Index of each phrase's kind in CRISIS_KINDS; 255 for a harmless one. */
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
  /** Projects an embedding to few dimensions. */
  project: (embedding: Float32Array) => Float32Array;
  judge: (point: Float32Array, places: Uint32Array, values: Float32Array) => Verdict;
}

export function openWeights(stored: StoredWeights): Judge {
  const { components, dimension } = FEATURES;
  const mean = floats(stored.mean);
  const directions = Float32Array.from(bytes(stored.directions), (value) => value * stored.directionScale);
  const scales = floats(stored.pointScales);
  const points = Float32Array.from(bytes(stored.points), (value, i) => value * (scales[i % components] ?? 0));
  const kinds = Uint8Array.from(bytes(stored.kinds));
  const [flag, danger] = [floats(stored.flag.weights), floats(stored.danger.weights)];
  const ngrams = bytes(stored.ngrams);
  return {
    project: (embedding) =>
      Float32Array.from({ length: components }, (_, row) => {
        let sum = 0;
        for (let i = 0; i < dimension; i++)
          sum += (directions[row * dimension + i] ?? 0) * ((embedding[i] ?? 0) - (mean[i] ?? 0));
        return sum;
      }),
    judge(point, places, values) {
      const scores = { flag: -stored.flag.threshold, danger: -stored.danger.threshold };
      const votes = new Float64Array(CRISIS_KINDS.length);
      for (let i = 0; i < kinds.length; i++) {
        // The 1 is the bias, as in training.
        const near = nearness(point, points.subarray(i * components, (i + 1) * components));
        scores.flag += (flag[i] ?? 0) * (1 + near);
        scores.danger += (danger[i] ?? 0) * (1 + near);
        const kind = kinds[i] ?? 255;
        if (kind < votes.length) votes[kind] = (votes[kind] ?? 0) + near;
      }
      for (let i = 0; i < places.length; i++)
        scores.flag += (ngrams[places[i] ?? 0] ?? 0) * stored.ngramScale * (values[i] ?? 0);
      const sure = Math.min(scores.danger, scores.flag - stored.danger.margin);
      return { flag: scores.flag, danger: sure, kind: CRISIS_KINDS[votes.indexOf(Math.max(...votes))] ?? 'suicide' };
    },
  };
}

const raw = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const bytes = (text: string): Int8Array => new Int8Array(raw(text).buffer);
const floats = (text: string): Float32Array => new Float32Array(raw(text).buffer);

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
