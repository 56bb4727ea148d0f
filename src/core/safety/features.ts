import { hash } from '../random/fnv1a.ts';
import { foldedWords } from './languages.ts';

/** The parameters of feature extraction. A change invalidates trained weights. */
export const FEATURES = {
  /** Length of the encoder's vectors. */
  dimension: 384,
  /** Dimensions after projection, and how fast the similarity of two texts falls with their distance. */
  components: 128,
  gamma: 2.5,
  /** Hash buckets for word n-grams, and as many for letter n-grams. */
  buckets: 131_072,
  words: 1,
  letters: 0.5,
} as const;

/** The features of a text: its embedding, and indices into 2 x buckets with their values. */
export interface TextFeatures {
  embedding: Float32Array;
  places: Uint32Array;
  values: Float32Array;
}

/** The hashed n-grams of a text: one to three words, two to five letters and marks without blanks. */
export function hashedNgrams(text: string): Pick<TextFeatures, 'places' | 'values'> {
  const { buckets } = FEATURES;
  const ofWords = new Set<number>();
  const words = foldedWords(text).trim().split(' ').filter(Boolean);
  words.forEach((_, i) => {
    for (let n = 1; n <= 3 && i + n <= words.length; n++) ofWords.add(hash(words.slice(i, i + n).join(' ')) % buckets);
  });
  const ofLetters = new Set<number>();
  for (const word of text
    .toLowerCase()
    .replace(/[’'‘ʼ`´＇]/gu, '')
    .split(/\s+/u)
    .filter(Boolean)) {
    const padded = ` ${word} `;
    for (let n = 2; n <= 5; n++) {
      for (let at = 0; at + n <= padded.length; at++)
        ofLetters.add(buckets + (hash(padded.slice(at, at + n)) % buckets));
    }
  }
  const places = Uint32Array.from([...ofWords, ...ofLetters]);
  const values = new Float32Array(places.length);
  values.fill(Math.sqrt(FEATURES.words / Math.max(1, ofWords.size)), 0, ofWords.size);
  values.fill(Math.sqrt(FEATURES.letters / Math.max(1, ofLetters.size)), ofWords.size);
  return { places, values };
}

/** The similarity of two projected embeddings of the same length, in 0..1: a Gaussian kernel. */
export function nearness(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) throw new Error(`Points of ${a.length} and ${b.length} numbers cannot be compared.`);
  let distance = 0;
  for (let i = 0; i < a.length; i++) distance += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2;
  return Math.exp(-FEATURES.gamma * distance);
}
