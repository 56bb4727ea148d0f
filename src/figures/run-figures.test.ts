import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import * as Plot from '@observablehq/plot';
import { distributionOf } from '../core/explorer/distribution.ts';
import { explored } from '../core/explorer/explored-record.ts';
import { RunIndex } from '../core/explorer/run-index.ts';
import { scatterOf } from '../core/explorer/scatter.ts';
import { slicesOf } from '../core/explorer/slices.ts';
import { MADE_UP_LABELS, madeUpPlan, madeUpRecord } from '../core/explorer/testing/made-up-run.ts';
import { measureOf } from '../core/table/measures.ts';
import { distributionFigure, scatterFigure, slicesFigure, type FigureWords } from './run-figures.ts';

const { document } = parseHTML('<!doctype html><body></body>');
const draw = (options: Plot.PlotOptions) => Plot.plot({ ...options, document }).outerHTML;

const WORDS: FigureWords = {
  share: '% of replies',
  bin: (from, to, replies) => `${from} to ${to}: ${replies} replies`,
  medianOf: (name, median, n) => `${name}: median ${median}, n = ${n}`,
  near: (replies) => `${replies} replies`,
  to: (low, high) => `${low} to ${high}`,
  none: 'none',
  label: (measure) => measureOf(measure)?.label ?? measure,
  group: ({ name }) => name,
  number: (value, digits) => value.toFixed(digits),
  integer: String,
};

const records = ['raw', 'keypos'].flatMap((representation, c) =>
  Array.from({ length: 10 }, (_, d) =>
    madeUpRecord({ representation, dialogue: `dialogue ${d + 1}`, scores: { rougeL: d / 10 + c / 5 } }),
  ),
);
const index = new RunIndex({ plan: madeUpPlan(['base']), records: records.map(explored), labels: MADE_UP_LABELS });

describe('figures of a run', () => {
  it('name every condition of a distribution with its median', () => {
    const svg = draw(distributionFigure(distributionOf(index, index.rows, 'rougeL', null), { width: 600 }, WORDS));
    expect(svg).toContain('Raw: median 0.4500, n = 10');
    expect(svg).toContain('KeyPOS: median 0.6500, n = 10');
  });

  it('draw a point for each reply', () => {
    const data = scatterOf(index, index.rows, { x: 'rougeL', y: 'promptTokens', judge: null });
    expect(draw(scatterFigure(data, { width: 600 }, WORDS)).match(/<circle/g)).toHaveLength(20);
  });

  it('draw a value for each condition of each slice', () => {
    const data = slicesOf(index, index.rows, 'rougeL', { by: 'scene', judge: null, resamples: 50 });
    const svg = draw(slicesFigure(data, { width: 600 }, WORDS));
    expect(svg.match(/<circle/g)).toHaveLength(2 * data.slices.length);
    expect(svg).toContain('Job crisis');
  });
});
