import * as Plot from '@observablehq/plot';
import type { Distribution } from '../core/explorer/distribution.ts';
import type { Scatter } from '../core/explorer/scatter.ts';
import type { Slices } from '../core/explorer/slices.ts';
import { measureOf, type Measure } from '../core/table/measures.ts';
import type { FigureSize } from './draw.ts';
import { colourOf } from './palette.ts';

const shownAs = (name: string): Pick<Measure, 'label' | 'digits' | 'logarithmic'> =>
  measureOf(name) ?? { label: name, digits: 3 };

const scaleOf = (name: string): Pick<Plot.ScaleOptions, 'type' | 'label'> => {
  const { label, logarithmic } = shownAs(name);
  return { label, ...(logarithmic && { type: 'log' as const }) };
};

/** A histogram of a measure for each model and condition, one below the other, with the median of each. */
export function distributionFigure(
  { measure, limits, groups }: Distribution,
  { width, tip = false }: FigureSize,
): Plot.PlotOptions {
  const { digits } = shownAs(measure);
  const names = groups.map(({ group }) => group.name);
  const bars = groups.flatMap(({ group, n, counts }, i) =>
    counts.map((count, bin) => ({
      name: group.name,
      colour: colourOf(i),
      from: limits[bin] ?? 0,
      to: limits[bin + 1] ?? 0,
      share: (100 * count) / n,
      count,
    })),
  );
  const medians = groups.map(({ group, median, n }) => ({ name: group.name, median, n }));
  return {
    width,
    height: 60 + 92 * groups.length,
    marginLeft: 48,
    marginTop: 8,
    x: scaleOf(measure),
    y: { label: '% of replies', ticks: 3, grid: true },
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
            `${name}\n${from.toFixed(digits)} to ${to.toFixed(digits)}: ${count} replies`,
        },
      ),
      Plot.ruleX(medians, { fy: 'name', x: 'median', strokeWidth: 1.5, strokeDasharray: '4 3' }),
      Plot.text(medians, {
        fy: 'name',
        frameAnchor: 'top-right',
        dy: 2,
        fontWeight: 600,
        text: ({ name, median, n }: (typeof medians)[number]) => `${name}: median ${median.toFixed(digits)}, n = ${n}`,
      }),
      Plot.ruleY([0]),
    ],
  };
}

/** Two measures of each reply; where there are many, a circle's area stands for how many it counts. */
export function scatterFigure({ x, y, groups }: Scatter, { width, tip = false }: FigureSize): Plot.PlotOptions {
  const points = groups.flatMap(({ group, points: own }, i) =>
    own.map((point) => ({ ...point, name: group.name, colour: colourOf(i) })),
  );
  return {
    width,
    height: 370 + 15 * groups.length,
    marginLeft: 56,
    marginTop: 34 + 15 * groups.length,
    x: { ...scaleOf(x), grid: true },
    y: { ...scaleOf(y), grid: true },
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
          `${name}\n${place ? `${place.dialogue}, ${place.turn}` : `${count} replies`}\n` +
          `${shownAs(x).label} ${at.x.toFixed(shownAs(x).digits)}, ` +
          `${shownAs(y).label} ${at.y.toFixed(shownAs(y).digits)}`,
      }),
      ...legend(groups.map(({ group }) => group.name)),
    ],
  };
}

/** A measure by scene or strategy, with intervals. */
export function slicesFigure({ measure, slices }: Slices, { width, tip = false }: FigureSize): Plot.PlotOptions {
  const { digits } = shownAs(measure);
  const names = [...new Set(slices.flatMap(({ groups }) => groups.map(({ group }) => group.name)))];
  const rows = slices.flatMap(({ name, groups }) =>
    groups.map(({ group, value }) => ({
      slice: name ?? 'none',
      name: group.name,
      colour: colourOf(names.indexOf(group.name)),
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
    x: { ...scaleOf(measure), grid: true },
    y: { axis: null, domain: names, padding: 0.2 },
    fy: {
      domain: slices.map(({ name }) => name ?? 'none'),
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
          `${slice}, ${name}\n${value.toFixed(digits)}` +
          `${low === null || high === null ? '' : ` (${low.toFixed(digits)} to ${high.toFixed(digits)})`}, n = ${n}`,
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
