import { LabError } from '../../error.ts';
import { type Adapter, type AdapterFactors, type AdapterModule, floatModule, moduleOf } from './adapter.ts';
import type { WeightedAdapter } from './merged.ts';
import { settingsOfModules } from './module-settings.ts';

/**
 * One adapter that changes a model as several do together, each times its weight: the matrices of a module stand side
 * by side, so that its rank is the sum of theirs. It must be used on the model that all were trained on.
 */
export function combinedAdapter(name: string, adapters: readonly WeightedAdapter[]): Adapter {
  const [first, ...others] = adapters;
  if (!first) throw new Error('There is no adapter to combine.');
  if (others.length === 0) return weighted(first);
  const parts = new Map<string, WeightedAdapter[]>();
  for (const part of adapters)
    for (const module of part.adapter.modules.keys()) parts.set(module, [...(parts.get(module) ?? []), part]);
  const modules = new Map([...parts].map(([module, list]) => [module, together(module, list)]));
  const architecture = first.adapter.architecture;
  return {
    name,
    ...(architecture && { architecture }),
    modules,
    settings: settingsOfModules(modules, first.adapter.settings.base),
    async factors(module, headDim) {
      const list = parts.get(module) ?? [];
      return joined(
        await Promise.all(
          list.map(async ({ adapter, weight }) => {
            const { rank, scaling } = moduleOf(adapter.modules, module);
            const { a, b } = await adapter.factors(module, headDim);
            return { a, b: b.map((value) => value * weight * scaling), rank };
          }),
        ),
      );
    },
  };
}

/** A single adapter keeps its matrices. */
function weighted({ adapter, weight }: WeightedAdapter): Adapter {
  if (weight === 1) return adapter;
  const modules = new Map(
    [...adapter.modules].map(([name, module]) => [name, { ...module, scaling: weight * module.scaling }]),
  );
  return { ...adapter, modules, settings: settingsOfModules(modules, adapter.settings.base) };
}

function together(module: string, list: readonly WeightedAdapter[]): AdapterModule {
  const all = list.map(({ adapter }) => ({ adapter, ...moduleOf(adapter.modules, module) }));
  const rank = all.reduce((sum, one) => sum + one.rank, 0);
  const [out, in_] = [all[0]?.b.shape[0] ?? 0, all[0]?.a.shape[1] ?? 0];
  const odd = all.find(({ a, b }) => b.shape[0] !== out || a.shape[1] !== in_);
  if (odd) {
    throw new LabError({
      code: 'bad-config',
      where: odd.adapter.name,
      what:
        `The adapters are for different models: "${module}" is [${out}, ${in_}] in ${all[0]?.adapter.name ?? ''} ` +
        `and [${odd.b.shape[0]}, ${odd.a.shape[1]}] here.`,
      todo: 'Combine adapters of the same model.',
    });
  }
  return floatModule([out, in_], rank);
}

/** A's below each other, B's next to each other. */
function joined(parts: readonly (AdapterFactors & { rank: number })[]): AdapterFactors {
  const rank = parts.reduce((sum, part) => sum + part.rank, 0);
  const a = new Float32Array(parts.reduce((sum, part) => sum + part.a.length, 0));
  const rows = (parts[0]?.b.length ?? 0) / (parts[0]?.rank ?? 1);
  const b = new Float32Array(rows * rank);
  let before = 0;
  for (const part of parts) {
    a.set(part.a, (a.length / rank) * before);
    for (let row = 0; row < rows; row++)
      b.set(part.b.subarray(row * part.rank, (row + 1) * part.rank), row * rank + before);
    before += part.rank;
  }
  return { a, b };
}
