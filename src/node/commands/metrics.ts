import { z } from 'zod';
import type { CorpusScores } from '../../core/metrics/corpus.ts';
import { NUMBER_SCORES, TRIPLE_SCORES, type PairScores } from '../../core/metrics/pair.ts';
import { LabError } from '../../core/error.ts';
import { createNodeMetrics } from '../metrics-node.ts';
import { defineCommand } from '../command-options.ts';
import { readJsonArray } from './json.ts';

const PAIR = z.object({ id: z.union([z.string(), z.number()]), hyp: z.string(), ref: z.string() });

/** BLEU without smoothing is left out: for a single pair it is nearly always 0. */
const PAIR_METRICS: (keyof PairScores)[] = [
  ...NUMBER_SCORES.filter((name) => !name.endsWith('_method0')),
  ...TRIPLE_SCORES,
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

/** Text metrics of pairs: one JSON object per line in the order of the file, then one for the corpus. */
export const metricsCommand = defineCommand({
  summary: 'Compare hypotheses with references: BLEU, chrF2, ROUGE, METEOR, distinct-n.',
  operand: 'pairs',
  options: {
    pairs: { kind: 'text', value: 'FILE', required: true, about: 'A JSON array of {"id": …, "hyp": "…", "ref": "…"}.' },
    bertscore: { kind: 'flag', about: 'Also compute BERTScore, which takes longer.' },
    idf: { kind: 'flag', about: 'Weight the tokens of BERTScore by how rare they are in the references.' },
    encoder: {
      kind: 'text',
      value: 'FOLDER',
      otherwise: 'the one that comes with the lab',
      about: 'The encoder of BERTScore, as export --kind encoder writes it.',
    },
  },
  examples: ['--pairs pairs.json', '--pairs pairs.json --bertscore'],
  async run({ pairs: path, bertscore, idf, encoder }, print, signal) {
    const idle = bertscore ? undefined : idf ? '--idf' : encoder !== undefined ? '--encoder' : undefined;
    if (idle)
      throw new LabError({
        code: 'bad-config',
        what: `${idle} belongs to --bertscore, which is missing.`,
        todo: `Add --bertscore, or leave ${idle} out.`,
      });
    const pairs = await readJsonArray(path, PAIR);
    const metrics = createNodeMetrics();
    const measured = await metrics.measure(pairs, {
      signal,
      ...(bertscore && { bertscore: { idf, ...(encoder !== undefined && { encoder }) } }),
    });
    const names = bertscore ? [...PAIR_METRICS, 'bertscore' as const] : PAIR_METRICS;
    for (const { id, scores } of measured.pairs) print(JSON.stringify({ id, ...pick(scores, names) }));
    print(JSON.stringify({ corpus: pick(measured.corpus, CORPUS_METRICS) }));
    metrics.terminate();
  },
});

function pick<T, K extends keyof T>(from: T, keys: readonly K[]): Pick<T, K> {
  return Object.fromEntries(keys.map((key) => [key, from[key]])) as Pick<T, K>;
}
