import { CRITERIA, SCORE_DIMENSIONS, scoreOf, type ScoreDimension, type Scores } from '../judge/criteria.ts';
import { corpusScores, type CorpusScores } from '../metrics/corpus.ts';
import type { PairCounts } from '../metrics/pair.ts';
import { perplexity } from '../metrics/perplexity.ts';
import { mean } from '../statistics/descriptive.ts';
import type { MetricValue, ResultRecord } from '../evaluation/record.ts';

/** A record with its hypothesis's counts for corpus metrics and a judge's scores, if any. */
export interface CountedRecord {
  record: ResultRecord;
  counts?: PairCounts;
  judged?: Scores;
}

/** One number of a table: which records count, and their value. */
export interface Measure {
  name: string;
  label: string;
  /** Decimals to show. */
  digits: number;
  /** Whether more is better; null if neither. */
  better: 'higher' | 'lower' | null;
  /** Uses the jackknife interval, because a dialogue drawn twice would lower the value. */
  jackknife?: true;
  counts(record: CountedRecord): boolean;
  value(records: readonly CountedRecord[]): number;
}

type Face = Pick<Measure, 'label' | 'digits' | 'better' | 'jackknife'>;

const score = (name: string, face: Face, key: string = name): Measure => ({
  name,
  ...face,
  counts: ({ record }) => key in record.scores,
  value: (records) => mean(records.map(({ record }) => single(record.scores[key]))),
});

const corpus = (name: keyof CorpusScores, face: Face): Measure => ({
  name,
  ...face,
  counts: ({ counts }) => counts !== undefined,
  value: (records) => corpusScores(records.flatMap(({ counts }) => counts ?? []))[name],
});

const judged = (face: ScoreDimension): Measure => ({
  name: `judge_${face}`,
  label: face === 'mean' ? 'Mean (judge)' : `${CRITERIA[face].name} (judge)`,
  digits: 2,
  better: 'higher',
  counts: (record) => record.judged !== undefined,
  value: (records) => mean(records.flatMap((record) => (record.judged ? scoreOf(record.judged, face) : []))),
});

/** F of a metric with precision, recall and F. */
function single(value: MetricValue | undefined): number {
  return Array.isArray(value) ? value[2] : (value ?? Number.NaN);
}

/** Everything that a run's table may show, in order. */
export const MEASURES: readonly Measure[] = [
  {
    name: 'perplexity',
    label: 'Perplexity',
    digits: 2,
    better: 'lower',
    counts: ({ record }) => record.nll !== null,
    value: (records) => perplexity(records.flatMap(({ record: { nll } }) => (nll ? [nll] : []))),
  },
  {
    name: 'promptTokens',
    label: 'Prompt tokens',
    digits: 1,
    better: null,
    counts: ({ record }) => record.promptTokens !== null,
    value: (records) => mean(records.map(({ record }) => record.promptTokens ?? Number.NaN)),
  },
  {
    name: 'newTokens',
    label: 'Reply tokens',
    digits: 1,
    better: null,
    counts: ({ record }) => record.hypothesis !== null && record.timing !== null,
    value: (records) => mean(records.map(({ record }) => record.timing?.newTokens ?? Number.NaN)),
  },
  score('nltk_bleu2_method1', { label: 'BLEU-2', digits: 4, better: 'higher' }),
  score('nltk_bleu4_method1', { label: 'BLEU-4', digits: 4, better: 'higher' }),
  corpus('nltk_corpus_bleu2_method0', { label: 'BLEU-2, corpus', digits: 4, better: 'higher' }),
  corpus('nltk_corpus_bleu4_method0', { label: 'BLEU-4, corpus', digits: 4, better: 'higher' }),
  score('sacre_sentence_bleu4', { label: 'sacreBLEU, sentence', digits: 2, better: 'higher' }),
  corpus('sacre_corpus_bleu4', { label: 'sacreBLEU, corpus', digits: 2, better: 'higher' }),
  score('chrf2', { label: 'chrF2', digits: 2, better: 'higher' }),
  score('rouge1', { label: 'ROUGE-1', digits: 4, better: 'higher' }),
  score('rouge2', { label: 'ROUGE-2', digits: 4, better: 'higher' }),
  score('rougeL', { label: 'ROUGE-L', digits: 4, better: 'higher' }),
  score('rougeLsum', { label: 'ROUGE-Lsum', digits: 4, better: 'higher' }),
  score('nltk_meteor', { label: 'METEOR', digits: 4, better: 'higher' }),
  score('bertscore', { label: 'BERTScore F1', digits: 4, better: 'higher' }),
  corpus('distinct1', { label: 'Distinct-1', digits: 4, better: null, jackknife: true }),
  corpus('distinct2', { label: 'Distinct-2', digits: 4, better: null, jackknife: true }),
  corpus('length_ratio', { label: 'Length ratio', digits: 3, better: null }),
  ...SCORE_DIMENSIONS.map(judged),
];

/** The measures whose differences are tested; the others correlate with them or do not measure quality. */
export const TESTED = ['perplexity', 'nltk_bleu4_method1', 'rougeL', 'nltk_meteor', 'bertscore', 'judge_mean'];
