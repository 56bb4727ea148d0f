import { at } from '../at.ts';
import { porterStem } from './porter.ts';
import type { WordNet } from './wordnet.ts';

const ALPHA = 0.9;
const BETA = 3;
const GAMMA = 0.5;

/**
 * METEOR in 0..1 of one hypothesis against one reference, both tokenized (`nltkTokenize`): words are aligned by form,
 * then by Porter stem, then by WordNet synonym, each stage from the end of the hypothesis to the last free word of the
 * reference.
 *
 * Reference: Lavie and Agarwal (2007), "METEOR: an automatic metric for MT evaluation with high levels of correlation
 * with human judgments"; NLTK 3.10.4 `single_meteor_score` with its defaults (alpha 0.9, beta 3, gamma 0.5). NLTK's
 * alignment is greedy and doesn't minimise crossings as the paper asks, looks stems up in WordNet, and gives identical
 * sentences less than 1.
 */
export function meteor(hyp: readonly string[], ref: readonly string[], wordnet: WordNet): number {
  const matches = alignWords(hyp, ref, wordnet);
  if (matches.length === 0) return 0;
  const precision = matches.length / hyp.length;
  const recall = matches.length / ref.length;
  const fMean = (precision * recall) / (ALPHA * precision + (1 - ALPHA) * recall);
  const fragmentation = countChunks(matches) / matches.length;
  return (1 - GAMMA * fragmentation ** BETA) * fMean;
}

/** Positions of a matched word in the hypothesis and in the reference. */
export type WordMatch = readonly [hyp: number, ref: number];

/** Aligns the words of two tokenized texts; the matches are in the order of the hypothesis. */
export function alignWords(hyp: readonly string[], ref: readonly string[], wordnet: WordNet): WordMatch[] {
  const hypWords = hyp.map((word) => word.toLowerCase());
  const refWords = ref.map((word) => word.toLowerCase());
  const free = { hyp: [...hypWords.keys()], ref: [...refWords.keys()] };
  const matches: WordMatch[] = [];
  const stage = (
    hypForm: (i: number) => string,
    refForm: (j: number) => string,
    synonymsOf?: typeof wordnet.synonyms,
  ) => matches.push(...matchForms(free, hypForm, refForm, synonymsOf));

  stage(
    (i) => at(hypWords, i),
    (j) => at(refWords, j),
  );
  // NLTK passes stemmed words to the last stage, so "happy" is looked up as "happi".
  const hypStem = (i: number) => porterStem(at(hypWords, i));
  const refStem = (j: number) => porterStem(at(refWords, j));
  stage(hypStem, refStem);
  stage(hypStem, refStem, wordnet.synonyms);
  return matches.sort((a, b) => a[0] - b[0]);
}

/** Matches unaligned words, and removes them from `free`. */
function matchForms(
  free: { hyp: number[]; ref: number[] },
  hypForm: (i: number) => string,
  refForm: (j: number) => string,
  synonymsOf?: WordNet['synonyms'],
): WordMatch[] {
  if (free.hyp.length === 0 || free.ref.length === 0) return [];
  const positions = new Map<string, number[]>();
  for (const j of free.ref) {
    const form = refForm(j);
    const list = positions.get(form);
    if (list) list.push(j);
    else positions.set(form, [j]);
  }
  const matches: WordMatch[] = [];
  for (const i of free.hyp.toReversed()) {
    const form = hypForm(i);
    let best = positions.get(form);
    for (const synonym of synonymsOf?.(form) ?? []) {
      const list = positions.get(synonym);
      if (list && (list.at(-1) ?? -1) > (best?.at(-1) ?? -1)) best = list;
    }
    const j = best?.pop();
    if (j !== undefined) matches.push([i, j]);
  }
  const hypTaken = new Set(matches.map(([i]) => i));
  const refTaken = new Set(matches.map(([, j]) => j));
  free.hyp = free.hyp.filter((i) => !hypTaken.has(i));
  free.ref = free.ref.filter((j) => !refTaken.has(j));
  return matches;
}

/** The number of runs of matches that are adjacent in both texts. */
function countChunks(matches: readonly WordMatch[]): number {
  return matches.filter(([i, j], k) => {
    const before = matches[k - 1];
    return !before || i !== before[0] + 1 || j !== before[1] + 1;
  }).length;
}
