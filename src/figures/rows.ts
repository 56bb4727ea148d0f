import type * as Plot from '@observablehq/plot';

/** The numbers behind a figure as rows with a heading: those of its first mark that has objects as data. */
export function figureRows({ marks = [] }: Plot.PlotOptions): unknown[][] {
  for (const mark of marks) {
    const data: unknown = typeof mark === 'object' && mark !== null && 'data' in mark ? mark.data : undefined;
    const rows = Array.isArray(data) ? data.filter((row) => typeof row === 'object' && row !== null) : [];
    const [first] = rows as Record<string, unknown>[];
    if (!first) continue;
    const names = Object.keys(first);
    return [names, ...(rows as Record<string, unknown>[]).map((row) => names.map((name) => row[name]))];
  }
  return [];
}
