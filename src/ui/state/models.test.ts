import { describe, expect, it, vi } from 'vitest';
import { DEFAULT_MODEL_ID } from '../../core/engine/embedded.ts';
import type { LoadedInfo, LoadedModel, LoadOptions } from '../../core/engine/engine.ts';
import { LabError } from '../../core/error.ts';
import { fakeModel } from '../../core/evaluation/testing/fake-model.ts';
import { ModelResidency, type DeviceChoice } from '../../lab/models/residency.ts';
import type { ListedModel, ModelShelf } from './listed-models.ts';
import { Models } from './models.svelte.ts';

const listed = (id: string, host: string | null = null): ListedModel => ({ id, name: id, summary: '', bytes: 1, host });

/** The state with a real residency over fake models; `hold` makes loading wait for the test. */
interface Setup {
  stored?: Record<string, string>;
  hold?: boolean;
  metered?: boolean;
  /** Bytes of the default model that are not on this device. */
  toFetch?: number;
  /** What the loaded model says about itself. */
  about?: Partial<LoadedInfo>;
}

function create({ stored = {}, hold = false, metered = false, toFetch = 0, about = {} }: Setup = {}) {
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
    report: (loadedBytes: number, totalBytes: number) => progress?.({ stage: 'Loading', loadedBytes, totalBytes }),
    begun: () => vi.waitFor(() => expect(log.length).toBeGreaterThan(0), { interval: 1 }),
  };
}
const never = new AbortController().signal;

describe('Models', () => {
  it('loads the chosen model, reports its progress, and keeps it for the next request', async () => {
    const { models, log, end, report, begun, keepEngines } = create({ hold: true });
    expect([models.phase, models.where, models.note, models.features]).toEqual(['none', '', null, null]);
    // Before it is loaded, its format tells.
    expect(models.resumes(models.chosen.id)).toBe(true);
    const loading = models.load();
    expect(models.phase).toBe('loading');
    await begun();
    report(1, 4);
    expect(models.share).toBe(0.25);
    report(1, 0);
    expect(models.share).toBeNull();
    end();
    await loading;
    expect([models.phase, models.where, models.progress]).toEqual(['ready', 'Wasm', null]);
    expect(models.note).toContain(DEFAULT_MODEL_ID);
    expect(models.features).toEqual({ seed: true, topK: true, resumes: true });
    expect([models.resumes(models.chosen.id), models.resumes('another')]).toEqual([true, false]);
    expect(keepEngines).toHaveBeenCalledOnce();
    expect(await models.use(never, (model) => Promise.resolve(model.info.modelId))).toBe(DEFAULT_MODEL_ID);
    expect(log).toEqual([`load ${DEFAULT_MODEL_ID} on auto`]);
  });

  it('loads the model and lends it to a reply, and returns it even if the reply fails', async () => {
    const { models, log } = create();
    const failing = models.use(never, () => Promise.reject(new Error('No reply.')));
    await expect(failing).rejects.toThrow('No reply.');
    expect(models.phase).toBe('ready');
    await models.unload();
    expect(log.at(-1)).toBe(`unload ${DEFAULT_MODEL_ID}`);
    expect(models.phase).toBe('none');
  });

  it('asks before it fetches a model over a metered connection, and only then', async () => {
    const { models, log } = create({ metered: true, toFetch: 100 });
    const stop = new AbortController();
    const refused = models.use(stop.signal, () => Promise.resolve('read'));
    await vi.waitFor(() => expect(models.consent.asks).toBe(true), { interval: 1 });
    stop.abort();
    await expect(refused).rejects.toMatchObject({ code: 'cancelled' });
    expect([models.consent.asks, models.phase, log]).toEqual([false, 'none', []]);

    const agreed = models.use(never, () => Promise.resolve('read'));
    await vi.waitFor(() => expect(models.consent.asks).toBe(true), { interval: 1 });
    models.consent.agree();
    expect(await agreed).toBe('read');
    expect(models.consent.asks).toBe(false);
    await models.unload();

    // The button that says what it loads is an answer, too.
    const waiting = models.use(never, () => Promise.resolve('read'));
    await vi.waitFor(() => expect(models.consent.asks).toBe(true), { interval: 1 });
    await models.load();
    expect(await waiting).toBe('read');
    expect(models.consent.asks).toBe(false);

    for (const quiet of [create({ metered: true }), create({ toFetch: 100 })]) {
      expect(await quiet.models.use(never, () => Promise.resolve('read'))).toBe('read');
      expect(quiet.models.consent.asks).toBe(false);
    }
  });

  it('ends a wait without ending the loading, and both if the loading is cancelled', async () => {
    const { models, end, begun } = create({ hold: true });
    const stop = new AbortController();
    const waiting = models.lease(stop.signal);
    await begun();
    stop.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    expect(models.phase).toBe('loading');
    end();
    await vi.waitFor(() => expect(models.phase).toBe('ready'), { interval: 1 });

    await models.unload();
    const loading = models.load();
    const second = models.lease(never);
    models.cancel();
    await expect(second).rejects.toMatchObject({ code: 'cancelled' });
    await loading;
    expect([models.phase, models.error]).toEqual(['none', null]);
  });

  it('shows why a model could not be loaded, and rejects those who wait', async () => {
    const { models, end, begun } = create({ hold: true });
    const waiting = models.lease(never);
    await begun();
    end(new LabError({ code: 'out-of-memory', what: 'Too large.' }));
    await expect(waiting).rejects.toMatchObject({ code: 'out-of-memory' });
    await vi.waitFor(() => expect(models.phase).toBe('failed'), { interval: 1 });
    expect(models.error?.code).toBe('out-of-memory');
    models.choose('b');
    expect([models.phase, models.error]).toEqual(['none', null]);
  });

  it('switches to another model, and frees the one before', async () => {
    const { models, log } = create();
    await models.refresh();
    await models.load();
    await models.load('b');
    expect(log).toEqual([`load ${DEFAULT_MODEL_ID} on auto`, `unload ${DEFAULT_MODEL_ID}`, 'load b on auto']);
    expect(models.chosen.id).toBe('b');
    models.choose(DEFAULT_MODEL_ID);
    expect(models.chosen.id).toBe('b');
    await models.unload();
    models.choose(DEFAULT_MODEL_ID);
    expect(models.chosen.id).toBe(DEFAULT_MODEL_ID);
  });

  it('loads on the device that was chosen, for runs and judges as well', async () => {
    const { models, residency, log } = create({ stored: { 'solace.model': '{"device":"wasm"}' } });
    await models.load();
    models.setDevice('webgpu');
    expect(models.device).toBe('webgpu');
    await models.load();
    await residency.acquire('b');
    expect(log.filter((line) => line.startsWith('load')).map((line) => line.split(' ').at(-1))).toEqual([
      'wasm',
      'webgpu',
      'webgpu',
    ]);
  });

  it('follows models that runs and notebooks load and free', async () => {
    const { models, residency } = create();
    const run = await residency.acquire(DEFAULT_MODEL_ID);
    expect(models.phase).toBe('ready');
    const other = await residency.acquire('b');
    expect(models.residents.map(({ id }) => id)).toEqual([DEFAULT_MODEL_ID, 'b']);
    await models.unload('b');
    expect(models.residents).toContainEqual({ id: 'b', leaving: true });
    await other.release();
    expect(models.residents).toEqual([{ id: DEFAULT_MODEL_ID, leaving: false }]);
    await run.release();
    await residency.acquire('b');
    expect([models.phase, models.loaded]).toEqual(['none', null]);
  });

  it.each(['lease', 'load'] as const)('%ss the chosen model, not the default, before the list is read', async (how) => {
    const { models, shelf, log } = create({
      stored: { 'solace.model': '{"version":2,"id":"b"}' },
    });
    expect(models.list.map(({ id }) => id)).not.toContain('b');
    await (how === 'lease' ? models.lease(never) : models.load());
    expect(shelf.listModels).toHaveBeenCalled();
    expect([log, models.chosen.id]).toEqual([['load b on auto'], 'b']);
  });

  it('knows where messages go once the list is read', async () => {
    const { models } = create();
    expect(models.host).toBeNull();
    await models.load('remote');
    expect(models.host).toBeUndefined();
    await models.refresh();
    expect(models.host).toBe('host.example');
  });

  it('reads the list, follows it, and shows an error if it cannot be read', async () => {
    const { models, shelf } = create();
    await models.refresh();
    await models.refresh();
    expect(shelf.subscribe).toHaveBeenCalledOnce();
    expect(models.list).toHaveLength(3);
    shelf.listModels.mockRejectedValueOnce(new Error('Away.'));
    await models.refresh();
    expect(models.listError?.message).toContain('could not be read');
    await models.refresh();
    expect(models.listError).toBeNull();
  });

  it('removes a model from memory and from the list, and shows an error if it cannot', async () => {
    const { models, shelf, log } = create();
    await models.load('b');
    await models.remove('b');
    expect(shelf.removeModel).toHaveBeenCalledWith('b');
    expect(log.at(-1)).toBe('unload b');
    expect(models.phase).toBe('none');
    shelf.removeModel.mockRejectedValueOnce(new Error('Locked.'));
    shelf.listModels.mockRejectedValueOnce(new Error('Locked.'));
    await models.remove('b');
    expect(models.listError).not.toBeNull();
  });

  it('offers the report about a device, whether the model runs elsewhere or nowhere', async () => {
    const selfTest = { passed: true, against: 'manifest' } as const;
    const { models } = create({ about: { selfTest, report: 'Device: acme' } });
    expect([models.selfTest, models.report]).toEqual([null, null]);
    await models.load('b');
    expect([models.selfTest, models.report]).toEqual(['Checked on this processor.', 'Device: acme']);
    const failing = create({ hold: true });
    const loading = failing.models.load('b');
    await failing.begun();
    failing.end(new LabError({ code: 'wrong-numbers', what: 'Wrong.', report: 'Device: processor' }));
    await loading;
    expect([failing.models.phase, failing.models.report]).toEqual(['failed', 'Device: processor']);
  });

  it('estimates memory once for each model', async () => {
    const { models, shelf } = create();
    await models.estimate('b');
    expect(models.memory).toEqual({ b: null });
    shelf.estimateMemory.mockResolvedValueOnce({ weights: 1, cache: 1, logits: 1, runtime: 1, total: 9, peak: 9 });
    models.setDevice('webgpu');
    await models.estimate('b');
    await models.estimate('b');
    expect(models.memory).toEqual({ b: 9 });
    expect(shelf.estimateMemory).toHaveBeenLastCalledWith('b', 'webgpu');
    expect(shelf.estimateMemory).toHaveBeenCalledTimes(2);
  });
});
