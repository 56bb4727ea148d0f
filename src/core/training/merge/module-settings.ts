import type { AdapterModule } from './adapter.ts';
import type { AdapterSettings } from './settings.ts';

type Sizes = Pick<AdapterModule, 'rank' | 'scaling'>;

/** The most frequent value; the first of several. */
function mostFrequent(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best), [1, 0])[0];
}

/** The rank and alpha that most modules have: the others need patterns, or a scaled B. */
export function commonSizes(modules: ReadonlyMap<string, Sizes>): { rank: number; alpha: number } {
  const all = [...modules.values()];
  return {
    rank: mostFrequent(all.map(({ rank }) => rank)),
    alpha: mostFrequent(all.map(({ rank, scaling }) => scaling * rank)),
  };
}

/** Names of the projections, without their layers, in the order in which they occur. */
export function targetNames(modules: ReadonlyMap<string, unknown>): string[] {
  return [...new Set([...modules.keys()].map((module) => module.slice(module.lastIndexOf('.') + 1)))];
}

/** The settings of an adapter that is described by its matrices alone. */
export function settingsOfModules(modules: ReadonlyMap<string, Sizes>, base: string | undefined): AdapterSettings {
  const common = commonSizes(modules);
  return {
    ...common,
    dropout: 0,
    rankStabilized: false,
    targets: targetNames(modules),
    base,
    isTarget: (module) => modules.has(module),
    rankOf: (module) => modules.get(module)?.rank ?? common.rank,
    scalingOf: (module) => modules.get(module)?.scaling ?? common.alpha / common.rank,
  };
}
