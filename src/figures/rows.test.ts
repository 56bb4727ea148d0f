import * as Plot from '@observablehq/plot';
import { expect, it } from 'vitest';
import { figureRows } from './rows.ts';

it('a figure gives back the numbers that it was drawn from', () => {
  const data = [
    { length: 3, count: 2 },
    { length: 5, count: 9 },
  ];
  expect(figureRows({ marks: [Plot.ruleY([0]), Plot.barY(data, { x: 'length', y: 'count' })] })).toEqual([
    ['length', 'count'],
    [3, 2],
    [5, 9],
  ]);
});

it('a figure without such data gives none', () => {
  expect(figureRows({})).toEqual([]);
  expect(figureRows({ marks: [Plot.ruleY([0]), null] })).toEqual([]);
});
