import { z } from 'zod';
import type { CorpusScores } from '../../metrics/corpus.ts';
import type { PairScores } from '../../metrics/pair.ts';
import { createNodeMetrics } from '../metrics-node.ts';
import { parseOptions, required, type Command } from '../command-line.ts';
import { readJsonArray } from './json.ts';

const USAGE = '--pairs FILE [--bertscore [--idf] [--encoder FOLDER]]';

const PAIR = z.object({ id: z.union([z.string(), z.number()]), hyp: z.string(), ref: z.string() });

const PAIR_METRICS: (keyof PairScores)[] = [
  'nltk_bleu2_method1',
  'nltk_bleu4_method1',
  'nltk_bleu2_method4',
  'nltk_bleu4_method4',
  'sacre_sentence_bleu2',
  'sacre_sentence_bleu4',
  'chrf2',
  'rouge1',
  'rouge2',
  'rougeL',
  'rougeLsum',
  'nltk_meteor',
];

const CORPUS_METRICS: (keyof CorpusScores)[] = [
  'sacre_corpus_bleu2',
  'sacre_corpus_bleu4',
  'nltk_corpus_bleu2_method0',
  'nltk_corpus_bleu4_method0',
  'chrf2_corpus',
  'distinct1',
  'distinct2',
];

/** Text metrics of pairs: a JSON object a line in the order of the file, then one of the corpus. */
export const metricsCommand: Command = {
  summary: 'Compare hypotheses with references: BLEU, chrF2, ROUGE, METEOR, distinct-n.',
  usage: USAGE,
  async run(args, print, signal) {
    const flag = { type: 'boolean' } as const;
    const options = parseOptions(args, { pairs: { type: 'string' }, bertscore: flag, idf: flag, encoder: { type: 'string' } }, USAGE);
    const pairs = await readJsonArray(required('pairs', options.pairs, USAGE), PAIR);
    const { bertscore = false, idf = false, encoder } = options;
    const metrics = createNodeMetrics();
    const measured = await metrics.measure(pairs, { signal, ...(bertscore && { bertscore: { idf, ...(encoder !== undefined && { encoder }) } }) });
    const names = bertscore ? [...PAIR_METRICS, 'bertscore' as const] : PAIR_METRICS;
    for (const { id, scores } of measured.pairs) print(JSON.stringify({ id, ...pick(scores, names) }));
    print(JSON.stringify({ corpus: pick(measured.corpus, CORPUS_METRICS) }));
    metrics.terminate();
  },
};

function pick<T, K extends keyof T>(from: T, keys: readonly K[]): Pick<T, K> {
  return Object.fromEntries(keys.map((key) => [key, from[key]])) as Pick<T, K>;
}
