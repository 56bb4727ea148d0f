import { expect, it } from 'vitest';
import { NUMBER_SCORES, TRIPLE_SCORES } from '../metrics/pair.ts';
import { MEASURES, TESTED } from './measures.ts';

/** Variants of a metric that the table shows in a different form. */
const VARIANTS = [
  'nltk_bleu2_method0',
  'nltk_bleu4_method0',
  'nltk_bleu2_method4',
  'nltk_bleu4_method4',
  'sacre_sentence_bleu2',
];

it('a table shows every metric of a pair except variants', () => {
  const shown = new Set(MEASURES.map(({ name }) => name));
  const missing = [...NUMBER_SCORES, ...TRIPLE_SCORES].filter((name) => !shown.has(name));
  expect(missing).toEqual(VARIANTS);
});

it('tested measures are in the table', () => {
  expect(TESTED.filter((name) => !MEASURES.some((measure) => measure.name === name))).toEqual([]);
});
