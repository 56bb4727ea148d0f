import { afterEach, describe, expect, it, vi } from 'vitest';
import type { LoadProgress } from '../../core/engine/engine.ts';
import type { MlcRecord } from '../../core/engine/record.ts';
import type { GpuProbe } from '../gpu.ts';
import { CARD } from '../testing/card.ts';
import { checkDevice, loadWebLlm, type WebLlmPlace } from './load.ts';

const RECORD: MlcRecord = {
  id: 'tiny-MLC',
  name: 'Tiny',
  summary: '',
  bytes: 1000,
  addedAt: 0,
  added: false,
  format: 'mlc',
  weightsUrl: null,
  libUrl: null,
  vramMb: 6000,
  lowResource: false,
  requiredFeatures: [],
};
const OWN = { ...RECORD, weightsUrl: 'https://models.example/tiny', libUrl: 'https://models.example/tiny.wasm' };

interface Config {
  appConfig?: object;
  initProgressCallback: (report: { progress: number; text: string }) => void;
}

/** Stands in for WebLLM's engine; `during` is what happens while it loads. */
function place(during: (config: Config) => void = () => undefined, gpu: GpuProbe = CARD) {
  const state = { configs: [] as Config[], loaded: [] as string[], unloads: 0, fetched: 0 };
  class MLCEngine {
    readonly #config: Config;

    constructor(config: Config) {
      this.#config = config;
      state.configs.push(config);
    }

    async reload(id: string): Promise<void> {
      state.loaded.push(id);
      during(this.#config);
    }

    async unload(): Promise<void> {
      state.unloads++;
      throw new Error('Unloading may fail, too.');
    }
  }
  const library = async () => (state.fetched++, { MLCEngine });
  return { state, place: { library, probe: async () => gpu } as unknown as WebLlmPlace };
}

describe('loadWebLlm', () => {
  it("loads a model of WebLLM's list by its id", async () => {
    const { state, place: here } = place();
    const model = await loadWebLlm(RECORD, 'tiny-MLC', {}, here);
    expect(model.info).toMatchObject({ engine: 'webllm', device: 'webgpu', modelId: 'tiny-MLC' });
    expect([state.loaded, state.configs[0]?.appConfig, state.unloads]).toEqual([['tiny-MLC'], undefined, 0]);
  });

  it('loads a model from a pair of addresses, and from nowhere else', async () => {
    const { state, place: here } = place();
    await loadWebLlm(OWN, 'own', {}, here);
    const entry = { model: OWN.weightsUrl, model_id: 'own', model_lib: OWN.libUrl };
    expect([state.loaded, state.configs[0]?.appConfig]).toEqual([['own'], { model_list: [entry] }]);
  });

  it('says in words of the lab what WebLLM is doing', async () => {
    const texts = [
      'Start to fetch params',
      'Fetching param cache[3/8]: 120MB fetched.',
      'Loading model from cache[2/8]',
      'Loading GPU shader modules[1/40]: compiling',
      'Compiling shaders',
      'Finish loading on WebGPU - acme',
      'Something new',
    ];
    const steps: LoadProgress[] = [];
    const { place: here } = place(({ initProgressCallback }) =>
      texts.forEach((text, i) => initProgressCallback({ text, progress: i / 8 })),
    );
    await loadWebLlm(RECORD, 'tiny', { onProgress: (step) => steps.push(step) }, here);
    expect(steps.map(({ stage }) => stage)).toEqual([
      'Fetching the model',
      'Fetching the model',
      'Loading the weights into the graphics device',
      'Loading the weights into the graphics device',
      'Compiling for the graphics device',
      'Loading the weights into the graphics device',
      'Starting the model',
    ]);
    expect(steps.map(({ loadedBytes }) => loadedBytes)).toEqual([0, 125, 250, 375, 500, 625, 750]);
    expect(new Set(steps.map(({ totalBytes }) => totalBytes))).toEqual(new Set([1000]));
  });

  it('can be stopped, which unloads what was loaded, but not once the model is there', async () => {
    const early = place();
    await expect(loadWebLlm(RECORD, 'tiny', { signal: AbortSignal.abort() }, early.place)).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(early.state.loaded).toEqual([]);

    const stop = new AbortController();
    const later = new AbortController();
    const done = place();
    await loadWebLlm(RECORD, 'tiny', { signal: later.signal }, done.place);
    later.abort();
    expect(done.state.unloads).toBe(0);

    const { state, place: here } = place(() => {
      stop.abort();
      // What WebLLM says then is about what was unloaded.
      throw new Error('The module was disposed of.');
    });
    await expect(loadWebLlm(RECORD, 'tiny', { signal: stop.signal }, here)).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(state.unloads).toBeGreaterThan(0);
  });

  it.each([
    ['its files are not there', 'Failed to fetch', 'network', OWN.weightsUrl],
    [
      'they cannot be stored',
      "Failed to execute 'add' on 'Cache': Cache.add() encountered a network error",
      'network',
      OWN.weightsUrl,
    ],
    ['the library is of other weights', 'Cannot find parameter in cache: model.norm', 'bad-config', OWN.libUrl],
    ['the library is of another version', 'LinkError: WebAssembly.instantiate(): Import #3', 'bad-config', OWN.libUrl],
    ['the device is lost', 'Device was lost.', 'device-lost', 'tiny'],
    ['memory runs out', 'out of memory', 'out-of-memory', 'tiny'],
    ['anything else fails', 'No tokenizer.', 'unsupported', 'tiny'],
  ])('says what to do when %s, and frees its memory', async (_, message, code, where) => {
    const { state, place: here } = place(() => {
      throw new Error(message);
    });
    await expect(loadWebLlm(OWN, 'tiny', {}, here)).rejects.toMatchObject({ code, detail: { where } });
    expect(state.unloads).toBe(1);
  });

  it('fetches nothing for a device that cannot run it', async () => {
    const { state, place: here } = place(undefined, { available: false, reason: 'there is no card' });
    await expect(loadWebLlm(RECORD, 'tiny', {}, here)).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('there is no card'),
    });
    expect(state.fetched).toBe(0);
  });
});

describe('checkDevice', () => {
  afterEach(() => vi.unstubAllGlobals());

  it.each([
    ['refuses a model that takes more than all memory', 4, 6000, 'out-of-memory'],
    ['accepts one that takes less', 4, 3000, undefined],
    ['accepts one of unknown size', 4, null, undefined],
    ['accepts any where 8 GiB are reported, which is the most that browsers report', 8, 60_000, undefined],
    ['accepts any where nothing is reported', undefined, 60_000, undefined],
  ])('%s', (_, deviceMemory, vramMb, code) => {
    vi.stubGlobal('navigator', { deviceMemory });
    const check = () => checkDevice({ ...RECORD, vramMb }, CARD);
    if (code) expect(check).toThrow(expect.objectContaining({ code }));
    else expect(check).not.toThrow();
  });
});
