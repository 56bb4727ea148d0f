import { describe, expect, it, vi } from 'vitest';
import type { KeptSelfTest } from '../../src/browser/storage/self-test-store.ts';
import type { LoadedModel, ModelScorer, TokenScore } from '../../src/core/engine/engine.ts';
import type { ModelFiles } from '../../src/core/engine/files.ts';
import type { EngineChoice, OnnxRecord } from '../../src/core/engine/record.ts';
import { LabError } from '../../src/core/error.ts';
import type { KnownValues } from '../../src/core/formats/manifest.ts';
import { fakeModel } from '../../src/core/evaluation/testing/fake-model.ts';
import { loadTested, type SelfTestSubject, type SelfTestTools } from './self-test.ts';

const KNOWN: KnownValues = { text: 'Thank you for listening', ids: [7, 8, 9, 10], logprobs: [-4, -2.5, -1.25] };
const SHA = 'ab'.repeat(32);

/** A device that computes the known values, each off by `error` nats, the last one by `lastError`. */
function device(error = 0, unloads: string[] = [], lastError = error) {
  const { info, ...model } = fakeModel({ device: 'webgpu' });
  const scoresOf = (text: string): TokenScore[] => {
    const ids = KNOWN.ids.slice(0, text.split(' ').length);
    const off = (i: number) => (i === ids.length - 1 ? lastError : error);
    return ids.map((id, i) => ({ id, text, logprob: i === 0 ? null : (KNOWN.logprobs[i - 1] ?? NaN) + off(i) }));
  };
  return {
    ...model,
    info,
    tokenizer: {
      renderPrompt: () => Promise.resolve(''),
      countTokens: (texts) => Promise.resolve(texts.map((text) => Math.min(text.split(' ').length, KNOWN.ids.length))),
    },
    scorer: {
      score: vi.fn<ModelScorer['score']>((text, _signal, from = 0) =>
        Promise.resolve(scoresOf(text).map((score, i) => (i < from ? { ...score, logprob: null } : score))),
      ),
      scoreInTwoSteps: vi.fn<NonNullable<ModelScorer['scoreInTwoSteps']>>((text) => Promise.resolve(scoresOf(text))),
    },
    unload: () => Promise.resolve(void unloads.push('unloaded')),
  } satisfies LoadedModel;
}

const record: OnnxRecord = {
  id: 'tiny',
  name: 'Tiny',
  summary: '',
  bytes: 1000,
  addedAt: 0,
  added: true,
  format: 'onnx',
  url: null,
};
const files = (selfTest?: KnownValues): ModelFiles => ({
  name: 'Tiny',
  list: [{ path: 'onnx/model_q4.onnx', bytes: 1, sha256: SHA }],
  selfTest,
  open: () => Promise.reject(new Error('Nothing is read.')),
  ensure: () => Promise.resolve(),
});

/** One browser with one graphics device, and loads in it. */
function browser() {
  const results = new Map<string, KeptSelfTest>();
  /** Whether each load was told that a self-test follows. */
  const untested: boolean[] = [];
  let adapter = 'acme card 1';
  const tools: SelfTestTools = {
    adapter: () => Promise.resolve(adapter),
    version: () => 'onnxruntime-web 1.2.3',
    browser: 'Browser 9',
    kept: (key) => Promise.resolve(results.get(key)),
    keep: (key, result) => Promise.resolve(void results.set(key, result)),
  };
  const choice: EngineChoice = { engine: 'transformers', device: 'webgpu' };
  const load = (model: LoadedModel, subject: Partial<SelfTestSubject> = {}, more: Partial<EngineChoice> = {}) => {
    const request = { record, choice: { ...choice, ...more }, base: 'https://lab.example/', threads: 1 };
    const onProcessor = () => Promise.resolve(undefined);
    return loadTested(
      { request, engine: 'transformers', files: files(KNOWN), onProcessor, ...subject },
      (first) => (untested.push(first), Promise.resolve(model)),
      tools,
    );
  };
  return { load, results, untested, exchangeCard: (name: string) => (adapter = name) };
}

const failure = (loading: Promise<unknown>): Promise<LabError> =>
  loading.then(
    () => Promise.reject(new Error('It was loaded.')),
    (error: unknown) => error as LabError,
  );

describe('the self-test of a device', () => {
  it('compares two kinds of steps with the manifest, once per weights, engine and device', async () => {
    const { load, results, untested, exchangeCard } = browser();
    const first = device();
    expect((await load(first)).info.selfTest).toEqual({ passed: true, against: 'manifest' });
    expect(first.scorer.scoreInTwoSteps.mock.calls.map(([text]) => text)).toEqual([KNOWN.text]);
    expect(first.scorer.score).not.toHaveBeenCalled();
    const again = device();
    expect((await load(again)).info.selfTest).toEqual({ passed: true, against: 'manifest' });
    expect(again.scorer.scoreInTwoSteps).not.toHaveBeenCalled();
    expect(results.size).toBe(1);
    expect(untested).toEqual([true, false]);
    await load(device(), {}, { device: 'wasm' });
    await load(device(), { engine: 'wllama' });
    await load(device(), { files: { ...files(KNOWN), contents: 'other weights' } });
    exchangeCard('acme card 2');
    await load(device());
    expect(results.size).toBe(5);
  });

  it('accepts what number formats explain, and nothing more', async () => {
    expect((await browser().load(device(0.1))).info.selfTest?.passed).toBe(true);
    expect((await failure(browser().load(device(-0.6)))).code).toBe('wrong-numbers');
    expect((await failure(browser().load(device(NaN)))).code).toBe('wrong-numbers');
  });

  it('notices a device that is wrong only with single tokens, or only with several', async () => {
    expect((await failure(browser().load(device(0, [], 1)))).detail.what).toContain('off by 1.00');
    expect((await failure(browser().load(device(-1, [], 0)))).detail.what).toContain('off by 1.00');
  });

  it('scores the last two tokens with an engine that computes token by token', async () => {
    const { score } = device().scorer;
    expect((await browser().load({ ...device(), scorer: { score } })).info.selfTest).toEqual({
      passed: true,
      against: 'manifest',
    });
    expect(score.mock.calls.map(([text, , from]) => [text, from])).toEqual([[KNOWN.text, 2]]);
  });

  it('refuses a device that computes wrong numbers, names it, and reports it', async () => {
    const unloads: string[] = [];
    const { detail } = await failure(browser().load(device(-2, unloads)));
    expect(unloads).toEqual(['unloaded']);
    expect(detail).toMatchObject({ code: 'wrong-numbers', where: 'Tiny' });
    expect(detail.what).toContain('The graphics device (acme card 1) computes wrong numbers');
    expect(detail.what).toContain('off by 2.00');
    expect(detail.report?.split('\n')).toEqual([
      'Self-test of Solace Lab: wrong numbers',
      'Device: webgpu, acme card 1',
      'Browser and driver: Browser 9',
      'Engine: transformers, onnxruntime-web 1.2.3',
      expect.stringMatching(/^Model: Tiny, [0-9a-f]{64}$/),
      'Text: Thank you for listening',
      'Expected (manifest): -4.0000, -2.5000, -1.2500',
      'Found: -6.0000, -4.5000, -3.2500',
      '',
    ]);
  });

  it('remembers a failure without loading the model, until the person asks for the device again', async () => {
    const { load } = browser();
    const { detail } = await failure(load(device(-2)));
    const repaired = device();
    expect((await failure(load(repaired))).detail).toEqual(detail);
    expect(repaired.scorer.scoreInTwoSteps).not.toHaveBeenCalled();
    expect((await load(repaired, {}, { retest: true })).info.selfTest?.passed).toBe(true);
    expect((await load(device())).info.selfTest?.passed).toBe(true);
  });

  it('compares a small model without known values with the processor, which is unloaded then', async () => {
    const unloads: string[] = [];
    const without = { files: files(), onProcessor: () => Promise.resolve(device(0, unloads)) };
    expect((await browser().load(device(), without)).info.selfTest).toEqual({ passed: true, against: 'processor' });
    expect(unloads).toEqual(['unloaded']);
    const { detail } = await failure(browser().load(device(3), without));
    expect(detail.report).toContain('Expected (processor): -4.0000, -2.5000, -1.2500');
  });

  it.each<[string, LoadedModel, Partial<SelfTestSubject>, Partial<EngineChoice>]>([
    ['its files state no values', device(), { files: files() }, { device: 'wasm' }],
    ['too large for a second copy', device(), { request: requestOf(1e9), files: files() }, {}],
    ['use other weights', device(), { files: files() }, {}],
    ['not the one that its manifest describes', device(), { files: files({ ...KNOWN, ids: [1, 2, 3, 4] }) }, {}],
    ['its tokenizer cannot run here', withoutScorer(), {}, {}],
    ['It cannot be scored', refusing('unsupported'), {}, {}],
  ])('says why a model is not checked: %s', async (why, model, subject, more) => {
    const { load, results } = browser();
    const { info } = await load(model, subject, more);
    expect(info.selfTest).toMatchObject({ passed: null, why: expect.stringContaining(why) });
    expect(results.size).toBe(0);
  });

  it('does not hide that the device failed meanwhile', async () => {
    expect((await failure(browser().load(refusing('device-lost')))).code).toBe('device-lost');
  });
});

function requestOf(bytes: number): SelfTestSubject['request'] {
  const choice: EngineChoice = { engine: 'transformers', device: 'webgpu' };
  return { record: { ...record, bytes }, choice, base: 'https://lab.example/', threads: 1 };
}

function withoutScorer(): LoadedModel {
  return { ...device(), scorer: undefined };
}

function refusing(code: 'unsupported' | 'device-lost'): LoadedModel {
  const score = () => Promise.reject(new LabError({ code, what: 'It cannot be scored.' }));
  return { ...device(), scorer: { score } };
}
