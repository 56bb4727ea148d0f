import * as Plot from '@observablehq/plot';
import type { Distribution } from '../core/explorer/distribution.ts';
import type { Scatter } from '../core/explorer/scatter.ts';
import type { Slices } from '../core/explorer/slices.ts';
import type { ReplyGroup } from '../core/explorer/groups.ts';
import { measureOf } from '../core/table/measures.ts';
import type { FigureSize } from './draw.ts';
import { colourOf } from './palette.ts';

/** What the figures say, in a language. Parts that are strings are formatted already. */
export interface FigureWords {
  share: string;
  bin: (from: string, to: string, replies: string) => string;
  medianOf: (name: string, median: string, n: string) => string;
  near: (replies: string) => string;
  to: (low: string, high: string) => string;
  /** Of a slice without a name. */
  none: string;
  label: (measure: string) => string;
  group: (group: ReplyGroup) => string;
  number: (value: number, digits: number) => string;
  integer: (value: number) => string;
}

const digitsOf = (name: string): number => measureOf(name)?.digits ?? 3;

const scaleOf = (name: string, { label }: FigureWords): Pick<Plot.ScaleOptions, 'type' | 'label'> => ({
  label: label(name),
  ...(measureOf(name)?.logarithmic && { type: 'log' as const }),
});

/** A histogram of a measure for each model and condition, one below the other, with the median of each. */
export function distributionFigure(
  { measure, limits, groups }: Distribution,
  { width, tip = false }: FigureSize,
  words: FigureWords,
): Plot.PlotOptions {
  const number = (value: number) => words.number(value, digitsOf(measure));
  const names = groups.map(({ group }) => words.group(group));
  const bars = groups.flatMap(({ group, n, counts }, i) =>
    counts.map((count, bin) => ({
      name: words.group(group),
      colour: colourOf(i),
      from: limits[bin] ?? 0,
      to: limits[bin + 1] ?? 0,
      share: (100 * count) / n,
      count,
    })),
  );
  const medians = groups.map(({ group, median, n }) => ({ name: words.group(group), median, n }));
  return {
    width,
    height: 60 + 92 * groups.length,
    marginLeft: 48,
    marginTop: 8,
    x: scaleOf(measure, words),
    y: { label: words.share, ticks: 3, grid: true },
    fy: { domain: names, label: null, axis: null },
    marks: [
      Plot.rectY(
        bars.filter(({ count }) => count > 0),
        {
          fy: 'name',
          x1: 'from',
          x2: 'to',
          y: 'share',
          fill: 'colour',
          inset: 0.5,
          tip,
          title: ({ name, from, to, count }: (typeof bars)[number]) =>
            `${name}\n${words.bin(number(from), number(to), words.integer(count))}`,
        },
      ),
      Plot.ruleX(medians, { fy: 'name', x: 'median', strokeWidth: 1.5, strokeDasharray: '4 3' }),
      Plot.text(medians, {
        fy: 'name',
        frameAnchor: 'top-right',
        dy: 2,
        fontWeight: 600,
        text: ({ name, median, n }: (typeof medians)[number]) => words.medianOf(name, number(median), words.integer(n)),
      }),
      Plot.ruleY([0]),
    ],
  };
}

/** Two measures of each reply; where there are many, a circle's area stands for how many it counts. */
export function scatterFigure(
  { x, y, groups }: Scatter,
  { width, tip = false }: FigureSize,
  words: FigureWords,
): Plot.PlotOptions {
  const points = groups.flatMap(({ group, points: own }, i) =>
    own.map((point) => ({ ...point, name: words.group(group), colour: colourOf(i) })),
  );
  return {
    width,
    height: 370 + 15 * groups.length,
    marginLeft: 56,
    marginTop: 34 + 15 * groups.length,
    x: { ...scaleOf(x, words), grid: true },
    y: { ...scaleOf(y, words), grid: true },
    r: { range: [2.5, 10] },
    marks: [
      Plot.dot(points, {
        x: 'x',
        y: 'y',
        r: points.some(({ count }) => count > 1) ? 'count' : 3,
        stroke: 'colour',
        fill: 'colour',
        fillOpacity: 0.35,
        tip,
        title: ({ name, place, count, ...at }: (typeof points)[number]) =>
          `${name}\n${place ? `${place.dialogue}, ${place.turn}` : words.near(words.integer(count))}\n` +
          `${words.label(x)} ${words.number(at.x, digitsOf(x))}; ${words.label(y)} ${words.number(at.y, digitsOf(y))}`,
      }),
      ...legend(groups.map(({ group }) => words.group(group))),
    ],
  };
}

/** A measure by scene or strategy, with intervals. */
export function slicesFigure(
  { measure, slices }: Slices,
  { width, tip = false }: FigureSize,
  words: FigureWords,
): Plot.PlotOptions {
  const number = (value: number) => words.number(value, digitsOf(measure));
  const names = [...new Set(slices.flatMap(({ groups }) => groups.map(({ group }) => words.group(group))))];
  const rows = slices.flatMap(({ name, groups }) =>
    groups.map(({ group, value }) => ({
      slice: name ?? words.none,
      name: words.group(group),
      colour: colourOf(names.indexOf(words.group(group))),
      ...value,
    })),
  );
  const label = Math.min(220, width * 0.4);
  const fits = Math.floor(label / 6.2);
  return {
    width,
    height: 56 + Math.max(20, 10 * names.length + 8) * slices.length + 15 * names.length,
    marginLeft: label,
    marginTop: 12 + 15 * names.length,
    x: { ...scaleOf(measure, words), grid: true },
    y: { axis: null, domain: names, padding: 0.2 },
    fy: {
      domain: slices.map(({ name }) => name ?? words.none),
      label: null,
      axis: 'left',
      padding: 0.15,
      tickFormat: (name: string) => (name.length > fits ? `${name.slice(0, fits - 1)}…` : name),
    },
    marks: [
      Plot.ruleY(
        rows.filter(({ low }) => low !== null),
        { fy: 'slice', y: 'name', x1: 'low', x2: 'high', stroke: 'colour', strokeWidth: 1.5 },
      ),
      Plot.dot(rows, {
        fy: 'slice',
        y: 'name',
        x: 'value',
        fill: 'colour',
        r: 3.5,
        tip,
        title: ({ slice, name, value, low, high, n }: (typeof rows)[number]) =>
          `${slice}, ${name}\n${number(value)}` +
          `${low === null || high === null ? '' : ` (${words.to(number(low), number(high))})`}, ` +
          `n = ${words.integer(n)}`,
      }),
      ...legend(names),
    ],
  };
}

/** The names of series in their colours, one below the other, above the figure. */
const legend = (names: readonly string[]): Plot.Markish[] =>
  names.map((name, i) =>
    Plot.text([`● ${name}`], {
      frameAnchor: 'top-right',
      dy: -10 - 15 * (names.length - 1 - i),
      fill: colourOf(i),
      fontWeight: 600,
      facet: 'super',
    }),
  );
