import type { LoadedModel } from '../../core/engine/engine.ts';
import { catalogue } from './catalogue.ts';
import { loadModel } from './loading.ts';
import { asLoadedModel, ModelResidency } from './residency.ts';

/** The loaded models of this page: chat, comparisons, runs, judges and notebooks lease them here. */
export const residency = new ModelResidency({
  load: loadModel,
  takesMemory: async (id) => (await catalogue.find(id)).format !== 'endpoint',
});

/** Leases a model for a run or a judge, which release it by unloading it. */
export async function borrowModel(id: string, signal?: AbortSignal): Promise<LoadedModel> {
  return asLoadedModel(await residency.acquire(id, signal ? { signal } : {}));
}
