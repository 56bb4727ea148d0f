import * as Plot from '@observablehq/plot';
import type { MetricsRow } from '../core/training/metrics-row.ts';
import { colourOf } from './palette.ts';

/** A training run with its name in the figure. */
export interface NamedRun {
  name: string;
  rows: readonly MetricsRow[];
}

export interface CurveOptions {
  /** In pixels; 720 by default. */
  width?: number;
  /** Shows values under the pointer; for pages, not for files. */
  tip?: boolean;
}

const MARGINS = { marginLeft: 56, marginRight: 16 };
/** The smoothed curve averages over this share of a run's updates. */
const SMOOTHING = 1 / 30;

/** Loss against updates: of each update (faint), averaged over its neighbours, and of the held-out part (dots). */
export function lossCurves(
  runs: readonly NamedRun[],
  { width = 720, tip = false }: CurveOptions = {},
): Plot.PlotOptions {
  const series = runs.map((run, i) => ({
    ...run,
    colour: colourOf(i),
    train: pick(run.rows, 'trainLoss'),
    held: pick(run.rows, 'evalLoss'),
  }));
  return {
    ...MARGINS,
    width,
    height: 340,
    x: { label: 'update' },
    y: { label: 'loss, nats per learnt token', grid: true, nice: true },
    marks: [
      ...series.flatMap(({ name, colour, train, held }) => [
        Plot.lineY(train, { x: 'step', y: 'trainLoss', stroke: colour, strokeWidth: 0.75, strokeOpacity: 0.3 }),
        Plot.lineY(
          train,
          Plot.windowY(
            { k: Math.max(1, Math.round(train.length * SMOOTHING)), anchor: 'middle' },
            { x: 'step', y: 'trainLoss', stroke: colour, strokeWidth: 1.75 },
          ),
        ),
        Plot.lineY(held, { x: 'step', y: 'evalLoss', stroke: colour, strokeWidth: 1.25, strokeDasharray: '5 3' }),
        Plot.dot(held, {
          x: 'step',
          y: 'evalLoss',
          fill: colour,
          r: 3.5,
          tip,
          title: (row: MetricsRow) =>
            `${name}, update ${row.step}\nevaluation loss ${row.evalLoss?.toFixed(4) ?? ''}\n` +
            `perplexity ${Math.exp(row.evalLoss ?? NaN).toFixed(2)}`,
        }),
      ]),
      ...series.map(({ name, colour, held }, i) =>
        Plot.text([held.length > 0 ? `${name}: ━ train, averaged   ╍● evaluation` : `${name}: ━ train, averaged`], {
          frameAnchor: 'top-right',
          dx: -6,
          dy: 6 + 15 * i,
          fill: colour,
          fontSize: 11,
        }),
      ),
    ],
  };
}

/** Learning rate against updates. */
export function rateCurves(runs: readonly NamedRun[], { width = 720 }: CurveOptions = {}): Plot.PlotOptions {
  return {
    ...MARGINS,
    width,
    height: 130,
    x: { label: 'update' },
    y: {
      label: 'learning rate',
      grid: true,
      ticks: 3,
      tickFormat: (rate: number) => (rate === 0 ? '0' : rate.toExponential(1)),
    },
    marks: runs.map(({ rows }, i) =>
      Plot.lineY(pick(rows, 'learningRate'), { x: 'step', y: 'learningRate', stroke: colourOf(i), strokeWidth: 1.5 }),
    ),
  };
}

function pick(rows: readonly MetricsRow[], key: 'trainLoss' | 'evalLoss' | 'learningRate'): MetricsRow[] {
  return rows.filter((row) => row[key] !== undefined);
}
