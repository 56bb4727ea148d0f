import { reportedCorrelation, spearman } from '../statistics/agreement.ts';
import type { TurnPlace } from './address.ts';
import { binLimits, binOf, extentOf, isLogarithmic } from './distribution.ts';
import { groupRows, type ReplyGroup } from './groups.ts';
import type { RunIndex, TurnRow } from './run-index.ts';

/** Maximum number of replies drawn one by one; more are counted on a grid. */
const MOST_POINTS = 1200;
const CELLS = 40;

/** Two measures of each reply. A point stands for one reply, or for several if `place` is null. */
export interface Scatter {
  x: string;
  y: string;
  groups: {
    group: ReplyGroup;
    /** Number of replies that have both measures. */
    n: number;
    /** Spearman's correlation; null where it is undefined or there are too few replies. */
    correlation: number | null;
    points: { x: number; y: number; count: number; place: TurnPlace | null }[];
  }[];
}

/** Both measures of each reply that has them, on a grid if there are many replies. */
export function scatterOf(
  index: RunIndex,
  rows: readonly TurnRow[],
  { x, y, judge }: { x: string; y: string; judge: string | null },
): Scatter {
  const [xs, ys] = [index.values(x, judge), index.values(y, judge)];
  const groups = groupRows(index.plan, rows).map(({ group, rows: own }) => ({
    group,
    own: own.flatMap(({ place, record: { dialogue, turn } }) => {
      const [at, height] = [xs[place] ?? Number.NaN, ys[place] ?? Number.NaN];
      return Number.isNaN(at) || Number.isNaN(height)
        ? []
        : [{ x: at, y: height, count: 1, place: { dialogue, turn } }];
    }),
  }));
  const all = groups.flatMap(({ own }) => own);
  const grid =
    all.length > MOST_POINTS
      ? {
          x: binLimits(extentOf(all.map((point) => point.x)), isLogarithmic(x), CELLS),
          y: binLimits(extentOf(all.map((point) => point.y)), isLogarithmic(y), CELLS),
        }
      : null;
  return {
    x,
    y,
    groups: groups.map(({ group, own }) => ({
      group,
      n: own.length,
      correlation: reportedCorrelation(
        spearman(
          own.map((point) => point.x),
          own.map((point) => point.y),
        ),
        own.length,
      ),
      points: grid ? onGrid(own, grid) : own,
    })),
  };
}

type Points = Scatter['groups'][number]['points'];

/** Counts points in cells of a grid; each cell stands in its middle. */
function onGrid(points: Points, grid: { x: number[]; y: number[] }): Points {
  const cells = new Map<number, number>();
  for (const { x, y } of points) {
    const cell = binOf(grid.x, x) * CELLS + binOf(grid.y, y);
    cells.set(cell, (cells.get(cell) ?? 0) + 1);
  }
  const middle = (limits: readonly number[], bin: number) => ((limits[bin] ?? 0) + (limits[bin + 1] ?? 0)) / 2;
  return [...cells].map(([cell, count]) => ({
    x: middle(grid.x, Math.floor(cell / CELLS)),
    y: middle(grid.y, cell % CELLS),
    count,
    place: null,
  }));
}
