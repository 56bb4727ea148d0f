import { describe, expect, it, vi } from 'vitest';
import type { LoadedModel, LoadOptions, LoadProgress } from '../../core/engine/engine.ts';
import { LabError } from '../../core/error.ts';
import { fakeModel } from '../../core/evaluation/testing/fake-model.ts';
import { asLoadedModel, ModelResidency, type DeviceChoice } from './residency.ts';

/** A loader whose models load at once or when the test says so, with a log of what happens. */
function loader({ wait = false } = {}) {
  const log: string[] = [];
  const started = new Map<string, { options: LoadOptions; finish: () => void; fail: (error: LabError) => void }>();
  const load = vi.fn((id: string, options: LoadOptions & { device: DeviceChoice }) => {
    log.push(`load ${id} on ${options.device}`);
    return new Promise<LoadedModel>((resolve, reject) => {
      const model: LoadedModel = { ...fakeModel(), unload: () => Promise.resolve(void log.push(`unload ${id}`)) };
      started.set(id, { options, finish: () => resolve(model), fail: reject });
      options.signal?.addEventListener('abort', () => reject(LabError.cancelled()));
      if (!wait) resolve(model);
    });
  });
  const residency = new ModelResidency({ load, takesMemory: (id) => Promise.resolve(!id.startsWith('endpoint')) });
  /** Waits until loading has begun. */
  const begun = async (id: string) => {
    await vi.waitFor(() => expect(started.has(id)).toBe(true), { interval: 1 });
    const found = started.get(id);
    if (!found) throw new Error(`${id} was not loaded`);
    return found;
  };
  return { residency, load, log, begun };
}

describe('ModelResidency', () => {
  it('loads a model once for all requests, concurrent or later', async () => {
    const { residency, load } = loader();
    const [first, second] = await Promise.all([residency.acquire('a'), residency.acquire('a')]);
    expect(second.model).toBe(first.model);
    await first.release();
    await second.release();
    expect((await residency.acquire('a')).model).toBe(first.model);
    expect(load).toHaveBeenCalledOnce();
  });

  it('keeps a released model, and frees it before another is loaded', async () => {
    const { residency, log } = loader();
    await (await residency.acquire('a')).release();
    expect(residency.ids).toEqual(['a']);
    await residency.acquire('b');
    expect(log).toEqual(['load a on auto', 'unload a', 'load b on auto']);
    expect(residency.ids).toEqual(['b']);
    expect(residency.loaded('a')).toBeUndefined();
  });

  it('loads a second model next to one that is in use', async () => {
    const { residency, log } = loader();
    const held = await residency.acquire('a');
    await residency.acquire('b');
    expect(residency.ids).toEqual(['a', 'b']);
    await held.release();
    // It stays for the next request, until room is needed.
    expect(residency.ids).toEqual(['a', 'b']);
    await residency.acquire('c');
    expect(log).toEqual(['load a on auto', 'load b on auto', 'unload a', 'load c on auto']);
  });

  it('loads next to an unused model only if that is allowed', async () => {
    const { residency } = loader();
    await (await residency.acquire('a')).release();
    await (await residency.acquire('b', { beside: true })).release();
    expect(residency.ids).toEqual(['a', 'b']);
    await residency.acquire('c');
    expect(residency.ids).toEqual(['c']);
  });

  it('frees no model in memory for one that runs elsewhere, or the reverse', async () => {
    const { residency } = loader();
    await (await residency.acquire('a')).release();
    await (await residency.acquire('endpoint:x')).release();
    expect(residency.ids).toEqual(['a', 'endpoint:x']);
    await residency.acquire('endpoint:y');
    expect(residency.ids).toEqual(['a', 'endpoint:y']);
  });

  it('counts a double release of a lease once', async () => {
    const { residency, log } = loader();
    const [first, second] = [await residency.acquire('a'), await residency.acquire('a')];
    await first.release();
    await first.release();
    await residency.acquire('b');
    expect(log).not.toContain('unload a');
    await second.release();
    await residency.acquire('c');
    expect(log).toContain('unload a');
  });

  it('loads one model at a time, in the order of requests', async () => {
    const { residency, load, begun } = loader({ wait: true });
    const first = residency.acquire('a');
    const second = residency.acquire('b');
    let idle = false;
    const allLoaded = residency.idle().then(() => (idle = true));
    (await begun('a')).finish();
    await first;
    expect(idle).toBe(false);
    (await begun('b')).finish();
    await second;
    await allLoaded;
    expect(load.mock.calls.map(([id]) => id)).toEqual(['a', 'b']);
    expect(residency.ids).toEqual(['a', 'b']);
  });

  it('reports the progress of loading to everyone who waits', async () => {
    const { residency, begun } = loader({ wait: true });
    const heard: [string, LoadProgress][] = [];
    const half: LoadProgress = { stage: 'Fetching', loadedBytes: 1, totalBytes: 2 };
    const first = residency.acquire('a', { onProgress: (progress) => heard.push(['first', progress]) });
    const { options, finish } = await begun('a');
    options.onProgress?.(half);
    const second = residency.acquire('a', { onProgress: (progress) => heard.push(['second', progress]) });
    finish();
    await Promise.all([first, second]);
    options.onProgress?.(half);
    expect(heard).toEqual([
      ['first', half],
      ['second', half],
    ]);
  });

  it('forgets a failure, so that the next request tries again', async () => {
    const { residency, load, begun } = loader({ wait: true });
    const waiting = [residency.acquire('a'), residency.acquire('a')];
    const failure = new LabError({ code: 'out-of-memory', what: 'Too large.' });
    (await begun('a')).fail(failure);
    for (const each of waiting) await expect(each).rejects.toBe(failure);
    await residency.idle();
    expect(residency.ids).toEqual([]);
    const again = residency.acquire('a');
    await vi.waitFor(() => expect(load).toHaveBeenCalledTimes(2), { interval: 1 });
    (await begun('a')).finish();
    expect((await again).model).toBeDefined();
  });

  it('makes room again for the next model after one could not be loaded', async () => {
    const { residency, log, begun } = loader({ wait: true });
    const failing = residency.acquire('a');
    const next = residency.acquire('b');
    (await begun('a')).fail(new LabError({ code: 'network', what: 'Away.' }));
    await expect(failing).rejects.toMatchObject({ code: 'network' });
    (await begun('b')).finish();
    await next;
    expect(log).toEqual(['load a on auto', 'load b on auto']);
  });

  it('stops loading when the last request is aborted, and not before', async () => {
    const { residency, begun } = loader({ wait: true });
    const [one, two] = [new AbortController(), new AbortController()];
    const first = residency.acquire('a', { signal: one.signal });
    const second = residency.acquire('a', { signal: two.signal });
    const { options } = await begun('a');
    one.abort();
    await expect(first).rejects.toMatchObject({ code: 'cancelled' });
    expect(options.signal?.aborted).toBe(false);
    two.abort();
    await expect(second).rejects.toMatchObject({ code: 'cancelled' });
    expect(options.signal?.aborted).toBe(true);
    await expect(residency.acquire('a', { signal: one.signal })).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('continues loading for a request at the same moment, and loads again for a later one', async () => {
    const { residency, load, begun } = loader({ wait: true });
    const [one, two] = [new AbortController(), new AbortController()];
    const first = residency.acquire('a', { signal: one.signal });
    const { options } = await begun('a');
    one.abort();
    const second = residency.acquire('a', { signal: two.signal });
    await expect(first).rejects.toMatchObject({ code: 'cancelled' });
    expect(options.signal?.aborted).toBe(false);
    two.abort();
    await expect(second).rejects.toMatchObject({ code: 'cancelled' });
    const third = residency.acquire('a');
    await vi.waitFor(() => expect(load).toHaveBeenCalledTimes(2), { interval: 1 });
    (await begun('a')).finish();
    const { model } = await third;
    expect(residency.loaded('a')).toBe(model);
  });

  it('unloads a model that was loaded although its loading was stopped', async () => {
    const { residency, log } = loader();
    const stop = new AbortController();
    const stubborn = new ModelResidency({
      takesMemory: () => Promise.resolve(true),
      load: async () => {
        stop.abort();
        await new Promise((resolve) => setTimeout(resolve));
        return { ...fakeModel(), unload: () => Promise.resolve(void log.push('unload')) };
      },
    });
    await expect(stubborn.acquire('a', { signal: stop.signal })).rejects.toMatchObject({ code: 'cancelled' });
    await vi.waitFor(() => expect(log).toEqual(['unload']), { interval: 1 });
    expect([stubborn.ids, residency.ids]).toEqual([[], []]);
  });

  it('shares a model wherever it runs, and loads it on another device once it has been freed', async () => {
    const { residency, log } = loader();
    residency.preferredDevice = 'wasm';
    const lease = await residency.acquire('a');
    expect((await residency.acquire('a', { device: 'webgpu' })).model).toBe(lease.model);
    residency.preferredDevice = 'webgpu';
    await residency.retire('a');
    await residency.acquire('a');
    expect(log).toEqual(['load a on wasm', 'load a on webgpu']);
  });

  it('frees a model with its last lease, unless it is requested before', async () => {
    const { residency, log } = loader();
    const first = await residency.acquire('a');
    await residency.unload('a');
    expect(residency.isLeaving('a')).toBe(true);
    const second = await residency.acquire('a');
    expect(residency.isLeaving('a')).toBe(false);
    await first.release();
    await second.release();
    expect(log).not.toContain('unload a');
    await residency.unload('a');
    expect(log).toContain('unload a');
    const third = await residency.acquire('a');
    await residency.unload('a');
    expect(residency.ids).toEqual(['a']);
    await third.release();
    expect(residency.ids).toEqual([]);
    await residency.unload('unknown');
  });

  it('does not share a model that has changed, and lets its holders finish', async () => {
    const { residency, log } = loader();
    const old = await residency.acquire('a');
    await residency.retire('a');
    expect(residency.loaded('a')).toBeUndefined();
    const fresh = await residency.acquire('a');
    expect(fresh.model).not.toBe(old.model);
    await old.release();
    expect(log).toEqual(['load a on auto', 'load a on auto', 'unload a']);
    expect(residency.loaded('a')).toBe(fresh.model);
    await fresh.release();
    await residency.retire('a');
    expect(residency.ids).toEqual([]);
    await residency.retire('unknown');
  });

  it('keeps the lease of a model whose worker was lost, since the model reloads by itself', async () => {
    let lost = true;
    const load = vi.fn(() => {
      const model = fakeModel();
      const { stream } = model;
      return Promise.resolve<LoadedModel>({
        ...model,
        async *stream(...request) {
          if (lost) throw new LabError({ code: 'worker-lost', what: 'Ended by the browser.' });
          yield* stream(...request);
        },
      });
    });
    const residency = new ModelResidency({ load, takesMemory: () => Promise.resolve(true) });
    const lease = await residency.acquire('a');
    const decoding = { temperature: 0, topP: 1, topK: 0, maxNewTokens: 4, seed: 1 };
    const reply = async () => {
      for await (const event of lease.model.stream([{ role: 'user', content: 'Hi' }], decoding)) void event;
    };
    await expect(reply()).rejects.toMatchObject({ code: 'worker-lost' });
    lost = false;
    await reply();
    expect((await residency.acquire('a')).model).toBe(lease.model);
    expect(load).toHaveBeenCalledOnce();
  });

  it('notifies of models that are loaded and freed', async () => {
    const { residency } = loader();
    const seen: string[][] = [];
    const stop = residency.subscribe(() => seen.push(residency.ids));
    await (await residency.acquire('a')).release();
    await residency.unload('a');
    expect(seen).toEqual([['a'], []]);
    stop();
    await residency.acquire('b');
    expect(seen).toHaveLength(2);
  });
});

describe('asLoadedModel', () => {
  it('returns the lease when the model is unloaded', async () => {
    const { residency, log } = loader();
    const model = asLoadedModel(await residency.acquire('a'));
    expect(model.info).toEqual(fakeModel().info);
    expect(model.tokenizer).toBeDefined();
    await model.unload();
    expect(log).toEqual(['load a on auto']);
    await residency.acquire('b');
    expect(log).toContain('unload a');
  });
});
