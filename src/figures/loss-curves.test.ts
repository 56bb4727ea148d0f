import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import type { MetricsRow } from '../core/training/metrics-row.ts';
import { lossCurves, rateCurves } from './loss-curves.ts';

function draw(options: Plot.PlotOptions): string {
  const { document } = parseHTML('<!doctype html><body></body>');
  return Plot.plot({ ...options, document: document }).outerHTML;
}

const rows = (from: number): MetricsRow[] =>
  Array.from({ length: 60 }, (_, i) => i + 1).flatMap((step) => [
    { step, epoch: step / 60, trainLoss: from - step / 50, learningRate: 2e-4 * (1 - step / 60) },
    ...(step % 20 === 0 ? [{ step, epoch: step / 60, evalLoss: from - step / 60 }] : []),
  ]);

/** Points of the paths of the lines, one list per line. */
function lines(svg: string): [number, number][][] {
  return [...svg.matchAll(/<path d="(M[^"]+)"/g)]
    .map(([, d = '']) =>
      d
        .slice(1)
        .split('L')
        .map((pair) => pair.split(',').map(Number) as [number, number]),
    )
    .filter((points) => points.length > 2);
}

describe('loss curves', () => {
  it('draw each run raw, smoothed and evaluated, falling where the loss falls', () => {
    const svg = draw(
      lossCurves([
        { name: 'a', rows: rows(3) },
        { name: 'b', rows: rows(4) },
      ]),
    );
    const drawn = lines(svg);
    expect(drawn.map((points) => points.length)).toEqual([60, 60, 3, 60, 60, 3]);
    for (const points of drawn) expect(points.at(-1)?.[1]).toBeGreaterThan(points[0]?.[1] ?? Infinity);
    expect(svg.match(/<circle/g)).toHaveLength(6);
    expect(svg).toContain('a: ━ train, averaged   ╍● evaluation');
  });

  it('omit evaluation if there is none', () => {
    const svg = draw(lossCurves([{ name: 'a', rows: rows(3).filter(({ evalLoss }) => evalLoss === undefined) }]));
    expect(lines(svg)).toHaveLength(2);
    expect(svg).not.toContain('evaluation');
  });
});

describe('rate curves', () => {
  it('draw the learning rate', () => {
    const svg = draw(rateCurves([{ name: 'a', rows: rows(3) }]));
    expect(lines(svg)[0]).toHaveLength(60);
    expect(svg).toContain('1.5e-4');
  });
});
