import { chrf } from './chrf.ts';
import { distinct } from './distinct.ts';
import { lengthRatio } from './length-ratio.ts';
import { addStatistics, emptyStatistics, type NgramStatistics } from './ngrams.ts';
import { nltkBleu } from './nltk-bleu.ts';
import type { PairCounts } from './pair.ts';
import { sacreBleu } from './sacre-bleu.ts';

/** Metrics of a whole set of pairs; units as in `PairScores`. */
export interface CorpusScores {
  sacre_corpus_bleu2: number;
  sacre_corpus_bleu4: number;
  nltk_corpus_bleu2_method0: number;
  nltk_corpus_bleu4_method0: number;
  chrf2_corpus: number;
  distinct1: number;
  distinct2: number;
  length_ratio: number;
}

/** Corpus metrics from the pairs' counts; pass the counts of a resample for a bootstrap value. */
export function corpusScores(pairs: readonly PairCounts[]): CorpusScores {
  const nltk = sum(pairs, 'nltk', 4);
  const sacre = sum(pairs, 'sacre', 4);
  const responses = pairs.map((pair) => pair.hypTokens);
  return {
    sacre_corpus_bleu2: sacreBleu(sacre, 2, { effectiveOrder: false }),
    sacre_corpus_bleu4: sacreBleu(sacre, 4, { effectiveOrder: false }),
    nltk_corpus_bleu2_method0: nltkBleu(nltk, 2, 0),
    nltk_corpus_bleu4_method0: nltkBleu(nltk, 4, 0),
    chrf2_corpus: chrf(sum(pairs, 'chrf', 6)),
    distinct1: distinct(responses, 1),
    distinct2: distinct(responses, 2),
    length_ratio: lengthRatio([nltk]),
  };
}

function sum(pairs: readonly PairCounts[], key: 'nltk' | 'sacre' | 'chrf', maxOrder: number): NgramStatistics {
  const total = emptyStatistics(maxOrder);
  for (const pair of pairs) addStatistics(total, pair[key]);
  return total;
}
