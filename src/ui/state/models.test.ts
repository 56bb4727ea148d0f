import { describe, expect, it, vi } from 'vitest';
import { DEFAULT_MODEL_ID } from '../../core/engine/embedded.ts';
import { LabError } from '../../core/error.ts';
import { isStored } from './listed-models.ts';
import { settled } from './testing/fakes.ts';
import { createModels } from './testing/models.ts';

const never = new AbortController().signal;

describe('Models', () => {
  it('loads the chosen model, reports its progress, and keeps it for the next request', async () => {
    const { models, log, end, report, begun, keepEngines } = createModels({ hold: true, toFetch: 100 });
    expect([models.phase, models.where, models.note, models.features]).toEqual(['none', '', null, null]);
    // Before it is loaded, its format tells.
    expect(models.resumes(models.chosen.id)).toBe(true);
    const loading = models.load();
    expect(models.phase).toBe('loading');
    await begun();
    // The files of adapter and base, and the steps after fetching them, are one whole.
    const all = models.chosen.bytes + (models.chosen.base?.bytes ?? 0);
    expect(models.progress?.share ?? null).toBeNull();
    report(all / 4, all);
    expect(models.progress?.share ?? null).toBeCloseTo(0.225);
    report(0, all);
    expect(models.progress?.share ?? null).toBeCloseTo(0.225);
    expect(models.progress).toMatchObject({ loadedBytes: all / 4, totalBytes: all });
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
    const { models, log } = createModels();
    const failing = models.use(never, () => Promise.reject(new Error('No reply.')));
    await expect(failing).rejects.toThrow('No reply.');
    expect(models.phase).toBe('ready');
    await models.unload();
    expect(log.at(-1)).toBe(`unload ${DEFAULT_MODEL_ID}`);
    expect(models.phase).toBe('none');
  });

  it('asks before it fetches a model over a metered connection, and only then', async () => {
    const { models, log } = createModels({ metered: true, toFetch: 100 });
    const stop = new AbortController();
    const refused = models.use(stop.signal, () => Promise.resolve('read'));
    await vi.waitFor(() => expect(models.consent.model?.id).toBe(DEFAULT_MODEL_ID), { interval: 1 });
    stop.abort();
    await expect(refused).rejects.toMatchObject({ code: 'cancelled' });
    expect([models.consent.model, models.phase, log]).toEqual([null, 'none', []]);

    const agreed = models.use(never, () => Promise.resolve('read'));
    await vi.waitFor(() => expect(models.consent.model?.id).toBe(DEFAULT_MODEL_ID), { interval: 1 });
    models.consent.agree();
    expect(await agreed).toBe('read');
    expect(models.consent.model).toBeNull();
    await models.unload();

    // The button that says what it loads is an answer, too.
    const waiting = models.use(never, () => Promise.resolve('read'));
    await vi.waitFor(() => expect(models.consent.model?.id).toBe(DEFAULT_MODEL_ID), { interval: 1 });
    await models.load();
    expect(await waiting).toBe('read');
    expect(models.consent.model).toBeNull();

    for (const quiet of [createModels({ metered: true }), createModels({ toFetch: 100 })]) {
      expect(await quiet.models.use(never, () => Promise.resolve('read'))).toBe('read');
      expect(quiet.models.consent.model).toBeNull();
    }
  });

  it('asks once for all who want to be asked, on any connection, and reports the loading to each', async () => {
    const { models, log, end, report, begun } = createModels({ hold: true, toFetch: 100 });
    const heard = [vi.fn(), vi.fn()];
    const wanted = heard.map((onProgress) => models.lease(never, { asksFirst: true, onProgress }));
    await vi.waitFor(() => expect(models.consent.model?.id).toBe(DEFAULT_MODEL_ID), { interval: 1 });
    expect(log).toEqual([]);
    models.consent.agree();
    await begun();
    expect(models.consent.model).toBeNull();
    report(25, 100);
    end();
    expect(await Promise.all(wanted)).toHaveLength(2);
    for (const each of heard)
      expect(each.mock.calls).toEqual([[{ stage: 'Fetching the model', loadedBytes: 25, totalBytes: 100 }]]);
    // In memory, it is lent without a question.
    await models.lease(never, { asksFirst: true });
    expect([models.consent.model, log]).toEqual([null, [`load ${DEFAULT_MODEL_ID} on auto`]]);
  });

  it('ends a wait without ending the loading, and both if the loading is cancelled', async () => {
    const { models, end, begun } = createModels({ hold: true });
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
    const { models, end, begun } = createModels({ hold: true });
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
    const { models, log } = createModels();
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
    const { models, residency, log } = createModels({ stored: { 'solace.model': '{"device":"wasm"}' } });
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
    const { models, residency } = createModels();
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
    const { models, shelf, log } = createModels({
      stored: { 'solace.model': '{"version":2,"id":"b"}' },
    });
    expect(models.list.map(({ id }) => id)).not.toContain('b');
    await (how === 'lease' ? models.lease(never) : models.load());
    expect(shelf.listModels).toHaveBeenCalled();
    expect([log, models.chosen.id]).toEqual([['load b on auto'], 'b']);
  });

  it('learns that its files are on this device: at a return visit, and once it is loaded', async () => {
    const first = createModels({ toFetch: 5 });
    await settled();
    expect(first.shelf.listModels).not.toHaveBeenCalled();
    expect(isStored(first.models.chosen)).toBe(false);
    first.shelf.listModels.mockImplementation(() => Promise.resolve([{ ...first.models.chosen, bytesToFetch: 0 }]));
    await first.models.load();
    await vi.waitFor(() => expect(isStored(first.models.chosen)).toBe(true));

    const again = createModels({ kept: 130_000_000 });
    await vi.waitFor(() => expect(isStored(again.models.chosen)).toBe(true));
    expect(again.shelf.mayStore.mock.calls[0]?.[0]).toBeGreaterThan(100_000_000);
    const little = createModels({ kept: 20_000_000 });
    await settled();
    expect(little.shelf.listModels).not.toHaveBeenCalled();
  });

  it('knows where messages go once the list is read', async () => {
    const { models } = createModels();
    expect(models.host).toBeNull();
    await models.load('remote');
    expect(models.host).toBeUndefined();
    await models.refresh();
    expect(models.host).toBe('host.example');
  });

  it('reads the list, follows it, and shows an error if it cannot be read', async () => {
    const { models, shelf } = createModels();
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
    const { models, shelf, log } = createModels();
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
    const { models } = createModels({ about: { selfTest, report: 'Device: acme' } });
    expect([models.selfTest, models.report]).toEqual([null, null]);
    await models.load('b');
    expect([models.selfTest, models.report]).toEqual(['Checked on this processor.', 'Device: acme']);
    const failing = createModels({ hold: true });
    const loading = failing.models.load('b');
    await failing.begun();
    failing.end(new LabError({ code: 'wrong-numbers', what: 'Wrong.', report: 'Device: processor' }));
    await loading;
    expect([failing.models.phase, failing.models.report]).toEqual(['failed', 'Device: processor']);
  });

  it('estimates memory once for each model', async () => {
    const { models, shelf } = createModels();
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
