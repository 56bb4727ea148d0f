import { at } from '../at.ts';
import { CRITERIA, SCORE_DIMENSIONS, scoreOf, type ScoreDimension, type Scores } from '../judge/criteria.ts';
import { addUp, COUNT_METRICS } from '../metrics/corpus.ts';
import { distinctOver } from '../metrics/distinct.ts';
import type { PairCounts } from '../metrics/pair.ts';
import { perplexity, type TokenLoss } from '../metrics/perplexity.ts';
import type { RecordNumbers } from '../evaluation/numbers.ts';
import type { MetricValue } from '../evaluation/record.ts';

/** The numbers of a record with its hypothesis's counts for corpus metrics and a judge's scores, if any. */
export interface CountedRecord {
  record: RecordNumbers;
  counts?: PairCounts;
  judged?: Scores;
}

/** The records of one dialogue: the unit of resampling, because turns of one dialogue are correlated. */
export type Cluster = readonly CountedRecord[];

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
  /** Defined for many replies together, not for each one. */
  corpus?: true;
  /** A share of 1, which papers print times 100. */
  fraction?: true;
  /** Figures use a logarithmic scale. */
  logarithmic?: true;
  counts(record: CountedRecord): boolean;
  /**
   * Prepares the value for resampling: the result gives that of the clusters at some indices. What does not change is
   * summed once, because it is called ten thousand times.
   */
  over(clusters: readonly Cluster[]): (indices: readonly number[]) => number;
}

type Face = Pick<Measure, 'label' | 'digits' | 'better' | 'jackknife' | 'fraction'>;

/** What most scores of a text have in common. */
const FRACTION = { digits: 4, better: 'higher', fraction: true } as const;

/** A value of two sums over records: `sums` of one record, `value` of their totals. */
const additive =
  (
    sums: (record: CountedRecord) => readonly [number, number],
    value: (first: number, second: number) => number,
  ): Measure['over'] =>
  (clusters) => {
    const [firsts, seconds] = [new Float64Array(clusters.length), new Float64Array(clusters.length)];
    clusters.forEach((cluster, i) => {
      const rows = cluster.map(sums);
      firsts[i] = rows.reduce((sum, [first]) => sum + first, 0);
      seconds[i] = rows.reduce((sum, [, second]) => sum + second, 0);
    });
    return (indices) => {
      let [first, second] = [0, 0];
      // A loop: resampling runs it millions of times.
      for (let i = 0; i < indices.length; i++) {
        const at = indices[i] as number;
        first += firsts[at] as number;
        second += seconds[at] as number;
      }
      return value(first, second);
    };
  };

/** The perplexity of a loss that records may have. */
const perplexityOf = (
  lossOf: (record: RecordNumbers) => TokenLoss | null | undefined,
): Pick<Measure, 'counts' | 'over'> => ({
  counts: ({ record }) => Boolean(lossOf(record)),
  over: additive(
    ({ record }) => {
      const { sum, tokens } = lossOf(record) ?? { sum: 0, tokens: 0 };
      return [sum, tokens];
    },
    (sum, tokens) => perplexity([{ sum, tokens }]),
  ),
});

/** The mean of `valueOf` over records. */
const meanOf = (valueOf: (record: CountedRecord) => number): Measure['over'] =>
  additive(
    (record) => [valueOf(record), 1],
    (sum, count) => sum / count,
  );

const score = (name: string, face: Face, key: string = name, part = 2): Measure => ({
  name,
  ...face,
  counts: ({ record }) => key in record.scores,
  over: meanOf(({ record }) => single(record.scores[key], part)),
});

/** A corpus metric of n-gram counts, summed once per dialogue. */
const corpus = (name: keyof typeof COUNT_METRICS, face: Face): Measure => ({
  name,
  ...face,
  corpus: true,
  counts: ({ counts }) => counts !== undefined,
  over: (clusters) => {
    const { counts: kind, value } = COUNT_METRICS[name];
    const once = clusters.map((cluster) =>
      addUp(
        cluster.flatMap(({ counts }) => (counts ? [counts[kind]] : [])),
        kind,
      ),
    );
    return (indices) =>
      value(
        addUp(
          indices.map((i) => at(once, i)),
          kind,
        ),
      );
  },
});

const distinctMeasure = (order: 1 | 2): Measure => ({
  name: `distinct${order}`,
  label: `Distinct-${order}`,
  digits: 4,
  better: null,
  jackknife: true,
  corpus: true,
  fraction: true,
  counts: ({ counts }) => counts !== undefined,
  over: (clusters) =>
    distinctOver(
      clusters.map((cluster) => cluster.flatMap(({ counts }) => (counts ? [counts.hypTokens] : []))),
      order,
    ),
});

const judged = (face: ScoreDimension): Measure => ({
  name: `judge_${face}`,
  label: face === 'mean' ? 'Mean (judge)' : `${CRITERIA[face].name} (judge)`,
  digits: 2,
  better: 'higher',
  counts: (record) => record.judged !== undefined,
  over: meanOf((record) => (record.judged ? scoreOf(record.judged, face) : Number.NaN)),
});

/** A metric's number; of precision, recall and F1 the one at `part`. */
function single(value: MetricValue | undefined, part: number): number {
  return (Array.isArray(value) ? value[part] : value) ?? Number.NaN;
}

/** Everything that a run's table may show, in order. */
export const MEASURES: readonly Measure[] = [
  {
    name: 'perplexity',
    label: 'Perplexity',
    digits: 2,
    better: 'lower',
    logarithmic: true,
    ...perplexityOf(({ nll }) => nll),
  },
  {
    name: 'perplexity_compressed',
    label: 'Perplexity, compressed reply',
    digits: 2,
    better: 'lower',
    ...perplexityOf(({ nllCompressed }) => nllCompressed),
  },
  {
    name: 'promptTokens',
    label: 'Prompt tokens',
    digits: 1,
    better: null,
    counts: ({ record }) => record.promptTokens !== null,
    over: meanOf(({ record }) => record.promptTokens ?? Number.NaN),
  },
  {
    name: 'newTokens',
    label: 'Reply tokens',
    digits: 1,
    better: null,
    counts: ({ record }) => record.hypothesisHash !== null && record.timing !== null,
    over: meanOf(({ record }) => record.timing?.newTokens ?? Number.NaN),
  },
  score('nltk_bleu2_method1', { label: 'BLEU-2', ...FRACTION }),
  score('nltk_bleu4_method1', { label: 'BLEU-4', ...FRACTION }),
  corpus('nltk_corpus_bleu2_method0', { label: 'BLEU-2, corpus', ...FRACTION }),
  corpus('nltk_corpus_bleu4_method0', { label: 'BLEU-4, corpus', ...FRACTION }),
  score('sacre_sentence_bleu4', { label: 'sacreBLEU, sentence', digits: 2, better: 'higher' }),
  corpus('sacre_corpus_bleu4', { label: 'sacreBLEU, corpus', digits: 2, better: 'higher' }),
  score('chrf2', { label: 'chrF2', digits: 2, better: 'higher' }),
  score('rouge1', { label: 'ROUGE-1', ...FRACTION }),
  score('rouge2', { label: 'ROUGE-2', ...FRACTION }),
  score('rougeL', { label: 'ROUGE-L', ...FRACTION }),
  score('rougeLsum', { label: 'ROUGE-Lsum', ...FRACTION }),
  score('nltk_meteor', { label: 'METEOR', ...FRACTION }),
  score('bertscore_p', { label: 'BERTScore P', ...FRACTION }, 'bertscore', 0),
  score('bertscore_r', { label: 'BERTScore R', ...FRACTION }, 'bertscore', 1),
  score('bertscore', { label: 'BERTScore F1', ...FRACTION }),
  distinctMeasure(1),
  distinctMeasure(2),
  corpus('length_ratio', { label: 'Length ratio', digits: 3, better: null }),
  ...SCORE_DIMENSIONS.map(judged),
];

/** The measure of this name; undefined if no table shows it. */
export const measureOf = (name: string): Measure | undefined => MEASURES.find((each) => each.name === name);

/** The measures whose differences are tested; the others correlate with them or do not measure quality. */
export const TESTED = ['perplexity', 'nltk_bleu4_method1', 'rougeL', 'nltk_meteor', 'bertscore', 'judge_mean'];
