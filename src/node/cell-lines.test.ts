import { expect, it } from 'vitest';
import { cellLines } from './cell-lines.ts';

const CELLS = [{ metrics: { bleu: 2.58e-156, chrf: 0.25 } }];

it('cells are printed with 0 for what NLTK calls a tiny number', () => {
  expect(cellLines(CELLS, { records: 1, failed: true })).toEqual(['{"metrics":{"bleu":0,"chrf":0.25}}']);
});

it('a run that failed before its first record prints no results', () => {
  expect(cellLines(CELLS, { records: 0, failed: true })).toEqual([]);
  expect(cellLines(CELLS, { records: 0, failed: false })).toHaveLength(1);
});
