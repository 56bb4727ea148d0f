import { describe, expect, it, vi } from 'vitest';
import type { LoadedModel } from '../../core/engine/engine.ts';
import { LabError } from '../../core/error.ts';
import type { CallContext } from '../../rpc/server.ts';
import { openCompression } from '../compression.ts';
import { NotebookBridge, type NotebookHost } from './bridge.ts';
import type { PageData } from './page-data.ts';
import type { NotebookServices } from './services.ts';

const context = (): CallContext<unknown> => ({ signal: new AbortController().signal, emit: vi.fn() });

function modelOf(device: 'wasm' | 'remote', id: string): { model: LoadedModel; score: ReturnType<typeof vi.fn> } {
  const score = vi.fn(async () => [{ id: 1, text: 'a', logprob: -1 }]);
  const model = {
    info: { modelId: id, engine: 'transformers', device, features: {}, contextWindow: 100 },
    tokenizer: { renderPrompt: async () => 'prompt', countTokens: async (texts: string[]) => texts.map(() => 1) },
    async *stream() {
      yield { type: 'text', text: 'I ' };
      yield { type: 'text', text: 'hear' };
      yield { type: 'done', reason: 'stop', stats: { promptTokens: 1, newTokens: 2, firstTokenMs: 1, decodeMs: 1 } };
    },
    scorer: { score },
    unload: async () => undefined,
  } as unknown as LoadedModel;
  return { model, score };
}

const absent = () => Promise.reject(new Error('not in this test'));
const data: PageData = { getDataset: absent, listDatasets: absent, listModels: absent, summariseRun: absent };

/** The services of a notebook, on this thread; those that a test does not need fail. */
function servicesOf(model: LoadedModel, parts: Partial<NotebookServices> = {}): NotebookServices {
  return {
    compress: openCompression().compress,
    tokenizer: async () => model.tokenizer ?? absent(),
    measure: absent,
    countTokens: absent,
    readDataset: absent,
    statistics: absent,
    findPublished: absent,
    interval: absent,
    close: () => undefined,
    ...parts,
  };
}

const leaseOf = (model: LoadedModel) => async () => ({ model, release: async () => undefined });

function bridgeTo(model: LoadedModel, answer = true): { bridge: NotebookBridge; ask: ReturnType<typeof vi.fn> } {
  const ask = vi.fn(async () => answer);
  const host: NotebookHost = { lease: leaseOf(model), mayFetchBase: absent, services: servicesOf(model), data, ask };
  return { bridge: new NotebookBridge(host), ask };
}

describe('a notebook’s bridge', () => {
  const { model } = modelOf('wasm', 'local');

  it.each(['settings', 'loadModel', 'constructor', '__proto__', 'toString', 'hasOwnProperty', ''])(
    'has no %s',
    async (name) => {
      const { bridge } = bridgeTo(model);
      await expect(bridge.call({ name, args: [] }, context())).rejects.toMatchObject({ code: 'unsupported' });
    },
  );

  it.each([
    ['compress', ['not a list', { representation: 'raw' }]],
    ['compress', [['text'], { representation: 'none' }]],
    ['generate', [[{ role: 'admin', content: 'x' }]]],
    ['generate', [[{ role: 'user', content: 'x' }], { maxNewTokens: 1e9 }]],
    ['result', ['../models.json', 'more']],
    ['measure', [[{ id: {}, hyp: 'a', ref: 'b' }]]],
    ['shorten', [[{ speaker: 'seeker', text: 'x' }], { method: 'last', k: 1e9 }]],
    ['shorten', [[{ speaker: 'seeker', text: 'x' }], { method: 'constructor' }]],
  ])('refuses %s with arguments of the wrong shape', async (name, args) => {
    const { bridge } = bridgeTo(model);
    await expect(bridge.call({ name, args }, context())).rejects.toMatchObject({
      code: 'bad-config',
      detail: { where: `lab.${name}` },
    });
  });

  it('compresses without asking the person', async () => {
    const { bridge, ask } = bridgeTo(model);
    const [first] = (await bridge.call(
      { name: 'compress', args: [['I am so tired'], { representation: 'nostopwords' }] },
      context(),
    )) as { text: string }[];
    expect(first?.text).toBe('tired');
    expect(ask).not.toHaveBeenCalled();
  });

  it('streams a reply and returns it whole', async () => {
    const { bridge } = bridgeTo(modelOf('wasm', 'streams').model);
    const heard = context();
    const reply = await bridge.call({ name: 'generate', args: [[{ role: 'user', content: 'Hello' }]] }, heard);
    expect(reply).toMatchObject({ text: 'I hear', reason: 'stop' });
    expect(vi.mocked(heard.emit).mock.calls).toEqual([['I '], ['I hear']]);
  });

  it('trains nothing before the person lets the model be fetched that is trained', async () => {
    const mayFetchBase = vi.fn(() => Promise.reject(LabError.cancelled()));
    const host: NotebookHost = { lease: absent, mayFetchBase, services: servicesOf(model), data, ask: absent };
    const training = new NotebookBridge(host).call({ name: 'fineTune', args: [{ dialogues: [] }] }, context());
    await expect(training).rejects.toMatchObject({ code: 'cancelled' });
    expect(mayFetchBase).toHaveBeenCalledOnce();
  });

  it('tells how far the model is loaded that it waits for', async () => {
    const lease: NotebookHost['lease'] = (_signal, onProgress) => {
      onProgress?.({ stage: 'Fetching', loadedBytes: 1, totalBytes: 4 });
      return leaseOf(model)();
    };
    const host: NotebookHost = { lease, mayFetchBase: absent, services: servicesOf(model), data, ask: absent };
    const heard = context();
    const info = await new NotebookBridge(host).call({ name: 'model', args: [] }, heard);
    expect(info).toMatchObject({ modelId: 'local', device: 'wasm' });
    expect(vi.mocked(heard.emit).mock.calls).toEqual([[{ stage: 'Fetching', loadedBytes: 1, totalBytes: 4 }]]);
  });

  it('computes the same result once per model', async () => {
    const first = modelOf('wasm', 'first');
    const second = modelOf('wasm', 'second');
    for (const { model: each } of [first, first, second])
      await bridgeTo(each).bridge.call({ name: 'score', args: ['same text'] }, context());
    expect(first.score).toHaveBeenCalledTimes(1);
    expect(second.score).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['interval', [[[1, 2], [4]]]],
    ['measure', [[{ id: 1, hyp: 'once', ref: 'b' }]]],
  ])('computes the same %s once, without a model', async (name, args) => {
    const lease = vi.fn(() => Promise.reject(new Error('not in this test')));
    const compute = vi.fn(async () => ({ pairs: [], corpus: {}, value: 7 / 3, low: 1, high: 4 }));
    const services = servicesOf(model, {
      measure: compute as unknown as NotebookServices['measure'],
      interval: compute,
    });
    const bridge = new NotebookBridge({ lease, mayFetchBase: absent, services, data, ask: async () => true });
    const first = await bridge.call({ name, args }, context());
    expect(await bridge.call({ name, args }, context())).toBe(first);
    expect(compute).toHaveBeenCalledOnce();
    expect(lease).not.toHaveBeenCalled();
  });

  it('shortens without the model if possible, and otherwise asks it once', async () => {
    const said = ['I am low', 'Why?', 'My cat left'].map((each, i) => ({
      speaker: i % 2 ? 'supporter' : 'seeker',
      text: each,
    }));
    const { model: counted, score } = modelOf('wasm', 'shortens');
    const release = vi.fn(async () => undefined);
    const load = vi.fn(async () => ({ model: counted, release }));
    const bridge = new NotebookBridge({
      lease: load,
      mayFetchBase: absent,
      services: servicesOf(counted),
      data,
      ask: async () => true,
    });
    const shorten = (spec: unknown) => bridge.call({ name: 'shorten', args: [said, spec] }, context());
    expect(await shorten({ method: 'last', k: 1 })).toMatchObject({
      id: 'last-1',
      sent: [null, null, 'My cat left'],
      cost: { tokensBefore: 3, tokensAfter: 1, leftOut: 2 },
    });
    expect(load).not.toHaveBeenCalled();
    for (let i = 0; i < 2; i++) await shorten({ method: 'selective', drop: 0.2 });
    expect(score).toHaveBeenCalledTimes(1);
    // One lease per call, however often the call uses the model.
    expect(load).toHaveBeenCalledTimes(2);
    await vi.waitFor(() => expect(release).toHaveBeenCalledTimes(2));
  });

  it('computes in workers of the notebook, which stop with it', async () => {
    const waiting = vi.fn(() => new Promise<never>(() => {}));
    const close = vi.fn();
    const services = servicesOf(model, {
      countTokens: waiting,
      readDataset: waiting,
      statistics: waiting,
      measure: waiting,
      interval: waiting,
      compress: waiting,
      close,
    });
    const bridge = new NotebookBridge({
      lease: leaseOf(model),
      mayFetchBase: absent,
      services,
      data,
      ask: async () => true,
    });
    const heard = context();
    const calls: [string, unknown[]][] = [
      ['countTokens', [['text'], { tokenizer: 'mistral' }]],
      ['readDataset', [[new File(['{}'], 'a.jsonl')]]],
      ['statistics', [[]]],
      ['measure', [[{ id: 1, hyp: 'a', ref: 'b' }]]],
      ['interval', [[[1, 2], [3]]]],
      ['compress', [['text'], { representation: 'raw' }]],
    ];
    for (const [name, args] of calls) void bridge.call({ name, args }, heard);
    await vi.waitFor(() => expect(waiting).toHaveBeenCalledTimes(calls.length));
    bridge.close();
    expect(close).toHaveBeenCalledOnce();
    const signals = (waiting.mock.calls as unknown[][])
      .flat()
      .flatMap((each) =>
        each instanceof AbortSignal ? [each] : ((each as { signal?: AbortSignal } | undefined)?.signal ?? []),
      );
    expect(signals).toHaveLength(calls.length);
    expect(signals.every(({ aborted }) => aborted)).toBe(true);
    await expect(bridge.call({ name: 'dialogues', args: [] }, heard)).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('asks once before it reads conversations, and accepts a no', async () => {
    const { bridge, ask } = bridgeTo(model, false);
    for (let i = 0; i < 3; i++) {
      await expect(bridge.call({ name: 'conversations', args: [] }, context())).rejects.toMatchObject({
        code: 'refused',
      });
    }
    expect(ask.mock.calls).toEqual([['conversations']]);
  });

  it('asks before text is sent to an endpoint', async () => {
    const remote = modelOf('remote', 'far away');
    const refused = bridgeTo(remote.model, false);
    await expect(refused.bridge.call({ name: 'score', args: ['private'] }, context())).rejects.toMatchObject({
      code: 'refused',
    });
    expect(remote.score).not.toHaveBeenCalled();
    const allowed = bridgeTo(remote.model, true);
    await allowed.bridge.call({ name: 'score', args: ['private'] }, context());
    await allowed.bridge.call({ name: 'score', args: ['more'] }, context());
    expect(allowed.ask.mock.calls).toEqual([['endpoint']]);
    expect(remote.score).toHaveBeenCalledTimes(2);
  });
});
