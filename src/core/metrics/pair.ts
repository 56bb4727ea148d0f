import { chrf, chrfStatistics } from './chrf.ts';
import { meteor } from './meteor.ts';
import { tokenize13a } from './mteval13a.ts';
import { countNgrams, type NgramStatistics } from './ngrams.ts';
import { nltkBleu, nltkStatistics } from './nltk-bleu.ts';
import { rougeL, rougeLines, rougeLsum, rougeN, rougeTokenize, type Prf } from './rouge.ts';
import { sacreBleu } from './sacre-bleu.ts';
import { nltkTokenize } from './treebank.ts';
import type { WordNet } from './wordnet.ts';

/** A response and the original one. */
export interface Pair {
  id: string | number;
  /** The hypothesis: the model's reply. */
  hyp: string;
  ref: string;
}

/** Metrics of a pair that are a single number: NLTK's in 0..1, sacrebleu's in 0..100. */
export const NUMBER_SCORES = [
  'nltk_bleu2_method0',
  'nltk_bleu4_method0',
  'nltk_bleu2_method1',
  'nltk_bleu4_method1',
  'nltk_bleu2_method4',
  'nltk_bleu4_method4',
  'sacre_sentence_bleu2',
  'sacre_sentence_bleu4',
  'chrf2',
] as const;

/** Metrics of a pair that consist of precision, recall and F1, in 0..1. */
export const TRIPLE_SCORES = ['rouge1', 'rouge2', 'rougeL', 'rougeLsum'] as const;

/** One pair's metrics. */
export interface PairScores
  extends Record<(typeof NUMBER_SCORES)[number], number>, Record<(typeof TRIPLE_SCORES)[number], Prf> {
  /** In 0..1; absent when no WordNet was given. */
  nltk_meteor?: number;
  /** Absent without an encoder; see bertscore.ts. */
  bertscore?: Prf;
}

/** Counts that corpus metrics sum over pairs; small enough to resample. */
export interface PairCounts {
  /** Over NLTK's tokens. */
  nltk: NgramStatistics;
  /** Over 13a tokens. */
  sacre: NgramStatistics;
  /** Over characters. */
  chrf: NgramStatistics;
  /** NLTK's tokens of the hypothesis in lower case, for distinct-n. */
  hypTokens: string[];
}

export interface MeasuredPair {
  id: Pair['id'];
  scores: PairScores;
  counts: PairCounts;
}

/** Computes every metric of a pair that depends only on the two texts; METEOR only with `wordnet`. */
export function measurePair({ id, hyp, ref }: Pair, wordnet?: WordNet): MeasuredPair {
  const hypTokens = nltkTokenize(hyp);
  const refTokens = nltkTokenize(ref);
  const counts: PairCounts = {
    nltk: nltkStatistics(hypTokens, refTokens),
    sacre: countNgrams(tokenize13a(hyp), tokenize13a(ref), 4),
    chrf: chrfStatistics(hyp, ref),
    hypTokens: hypTokens.map((token) => token.toLowerCase()),
  };
  const scores: PairScores = {
    nltk_bleu2_method0: nltkBleu(counts.nltk, 2, 0),
    nltk_bleu4_method0: nltkBleu(counts.nltk, 4, 0),
    nltk_bleu2_method1: nltkBleu(counts.nltk, 2, 1),
    nltk_bleu4_method1: nltkBleu(counts.nltk, 4, 1),
    nltk_bleu2_method4: nltkBleu(counts.nltk, 2, 4),
    nltk_bleu4_method4: nltkBleu(counts.nltk, 4, 4),
    sacre_sentence_bleu2: sacreBleu(counts.sacre, 2, { effectiveOrder: true }),
    sacre_sentence_bleu4: sacreBleu(counts.sacre, 4, { effectiveOrder: true }),
    chrf2: chrf(counts.chrf),
    ...rougeScores(hyp, ref),
  };
  if (wordnet) scores.nltk_meteor = meteor(hypTokens, refTokens, wordnet);
  return { id, scores, counts };
}

function rougeScores(hyp: string, ref: string): Pick<PairScores, 'rouge1' | 'rouge2' | 'rougeL' | 'rougeLsum'> {
  const hypWords = rougeTokenize(hyp);
  const refWords = rougeTokenize(ref);
  const none: Prf = [0, 0, 0];
  const [rouge1 = none, rouge2 = none] = rougeN(hypWords, refWords, 2);
  const longest = rougeL(hypWords, refWords);
  const manyLines = hyp.includes('\n') || ref.includes('\n');
  const lines = (text: string) => rougeLines(text).map((line) => rougeTokenize(line));
  return { rouge1, rouge2, rougeL: longest, rougeLsum: manyLines ? rougeLsum(lines(hyp), lines(ref)) : longest };
}
