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

/** A corpus metric of n-gram counts, which add up over pairs. */
interface CountMetric {
  /** Which counts of a pair. */
  counts: 'nltk' | 'sacre' | 'chrf';
  value: (total: NgramStatistics) => number;
}

/** The corpus metrics that only need the sums of the pairs' counts, so that a resample costs one addition per pair. */
export const COUNT_METRICS = {
  sacre_corpus_bleu2: { counts: 'sacre', value: (total) => sacreBleu(total, 2, { effectiveOrder: false }) },
  sacre_corpus_bleu4: { counts: 'sacre', value: (total) => sacreBleu(total, 4, { effectiveOrder: false }) },
  nltk_corpus_bleu2_method0: { counts: 'nltk', value: (total) => nltkBleu(total, 2, 0) },
  nltk_corpus_bleu4_method0: { counts: 'nltk', value: (total) => nltkBleu(total, 4, 0) },
  chrf2_corpus: { counts: 'chrf', value: chrf },
  length_ratio: { counts: 'nltk', value: (total) => lengthRatio([total]) },
} satisfies Record<Exclude<keyof CorpusScores, 'distinct1' | 'distinct2'>, CountMetric>;

/** Corpus metrics from the pairs' counts; pass the counts of a resample for a bootstrap value. */
export function corpusScores(pairs: readonly PairCounts[]): CorpusScores {
  const total = (kind: CountMetric['counts']) =>
    addUp(
      pairs.map((pair) => pair[kind]),
      kind,
    );
  const totals = { nltk: total('nltk'), sacre: total('sacre'), chrf: total('chrf') };
  const valueOf = ({ counts, value }: CountMetric) => value(totals[counts]);
  const responses = pairs.map((pair) => pair.hypTokens);
  return {
    sacre_corpus_bleu2: valueOf(COUNT_METRICS.sacre_corpus_bleu2),
    sacre_corpus_bleu4: valueOf(COUNT_METRICS.sacre_corpus_bleu4),
    nltk_corpus_bleu2_method0: valueOf(COUNT_METRICS.nltk_corpus_bleu2_method0),
    nltk_corpus_bleu4_method0: valueOf(COUNT_METRICS.nltk_corpus_bleu4_method0),
    chrf2_corpus: valueOf(COUNT_METRICS.chrf2_corpus),
    distinct1: distinct(responses, 1),
    distinct2: distinct(responses, 2),
    length_ratio: valueOf(COUNT_METRICS.length_ratio),
  };
}

/** Adds up counts of one kind. */
export function addUp(parts: readonly NgramStatistics[], kind: CountMetric['counts']): NgramStatistics {
  const total = emptyStatistics(kind === 'chrf' ? 6 : 4);
  for (const part of parts) addStatistics(total, part);
  return total;
}
