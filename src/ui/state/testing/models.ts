import { expect, vi } from 'vitest';
import { DEFAULT_MODEL_ID } from '../../../core/engine/embedded.ts';
import type { LoadedInfo, LoadedModel, LoadOptions } from '../../../core/engine/engine.ts';
import { LabError } from '../../../core/error.ts';
import { fakeModel } from '../../../core/evaluation/testing/fake-model.ts';
import { ModelResidency, type DeviceChoice } from '../../../lab/models/residency.ts';
import type { ListedModel, ModelShelf } from '../listed-models.ts';
import { Models } from '../models.svelte.ts';

const listed = (id: string, host: string | null = null): ListedModel => ({ id, name: id, summary: '', bytes: 1, host });

interface Setup {
  stored?: Record<string, string>;
  hold?: boolean;
  metered?: boolean;
  /** Bytes that the browser stores, of whatever kind. */
  kept?: number;
  /** Bytes of the default model that are not on this device. */
  toFetch?: number;
  /** What the loaded model says about itself. */
  about?: Partial<LoadedInfo>;
}

/** The state with a real residency over fake models; `hold` makes loading wait for the test. */
export function createModels({
  stored = {},
  hold = false,
  metered = false,
  kept = 0,
  toFetch = 0,
  about = {},
}: Setup = {}) {
  const texts = new Map(Object.entries(stored));
  const log: string[] = [];
  let end: (failure?: LabError) => void = () => undefined;
  let progress: LoadOptions['onProgress'];
  const load = (id: string, { device, signal, onProgress }: LoadOptions & { device: DeviceChoice }) => {
    log.push(`load ${id} on ${device}`);
    progress = onProgress;
    return new Promise<LoadedModel>((resolve, reject) => {
      const { info, ...model } = fakeModel({ device: 'wasm' });
      end = (failure) =>
        failure
          ? reject(failure)
          : resolve({
              ...model,
              info: { ...info, modelId: id, note: `A note about ${id}.`, ...about },
              unload: () => Promise.resolve(void log.push(`unload ${id}`)),
            });
      signal?.addEventListener('abort', () => reject(LabError.cancelled()));
      if (!hold) end();
    });
  };
  const residency = new ModelResidency({ load, takesMemory: (id) => Promise.resolve(id !== 'remote') });
  const shelf = {
    listModels: vi.fn(() =>
      Promise.resolve([
        { ...listed(DEFAULT_MODEL_ID), bytesToFetch: toFetch },
        listed('b'),
        listed('remote', 'host.example'),
      ]),
    ),
    mayStore: vi.fn((bytes: number) => Promise.resolve(kept >= bytes)),
    removeModel: vi.fn((id: string) => residency.retire(id)),
    formatResumes: (format: string) => format !== 'endpoint',
    estimateMemory: vi.fn<ModelShelf['estimateMemory']>(() => Promise.reject(new Error('Unknown.'))),
    subscribe: vi.fn(() => () => undefined),
  };
  const keepEngines = vi.fn();
  const models = new Models({
    shelf,
    residency,
    texts: {
      get: (key) => texts.get(key) ?? null,
      set: (key, text) => void (text === null ? texts.delete(key) : texts.set(key, text)),
    },
    offline: { keepEngines },
    isMetered: () => metered,
  });
  models.start();
  return {
    models,
    residency,
    shelf,
    log,
    keepEngines,
    end: (failure?: LabError) => end(failure),
    report: (loadedBytes: number, totalBytes: number) =>
      progress?.({ stage: 'Fetching the model', loadedBytes, totalBytes }),
    begun: () => vi.waitFor(() => expect(log.length).toBeGreaterThan(0), { interval: 1 }),
  };
}
