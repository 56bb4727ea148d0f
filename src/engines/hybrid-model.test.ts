import { describe, expect, it } from 'vitest';
import { nextTask } from '../core/async/next-task.ts';
import { PAPER_DECODING, type LoadedModel, type TokenScore } from '../core/engine/engine.ts';
import { decodingFeatures } from './features.ts';
import { HybridModel } from './hybrid-model.ts';

const MESSAGES = [{ role: 'user' as const, content: 'Hi' }];
const DECODING = { ...PAPER_DECODING, seed: 1 };

/** A model that answers with its name, and that counts its scores. */
function modelOf(name: 'fast' | 'whole') {
  const asked: unknown[][] = [];
  const state = { unloaded: 0 };
  const score: TokenScore = { id: 1, text: name, logprob: -1 };
  const model: LoadedModel = {
    info: {
      modelId: name,
      engine: name === 'fast' ? 'wllama' : 'transformers',
      device: 'wasm',
      features: decodingFeatures('wllama'),
      contextWindow: 64,
    },
    tokenizer: {
      countTokens: (texts) => Promise.resolve(texts.map(() => 1)),
      renderPrompt: () => Promise.resolve(name),
    },
    scorer: name === 'fast' ? undefined : { score: (...request) => (asked.push(request), Promise.resolve([score])) },
    async *stream(...request) {
      asked.push(request);
      yield { type: 'text', text: name };
    },
    unload: () => Promise.resolve(void state.unloaded++),
  };
  return { model, asked, state, score };
}

describe('HybridModel', () => {
  it('replies with one model, which is also the one that is shown', async () => {
    const [fast, whole] = [modelOf('fast'), modelOf('whole')];
    let loads = 0;
    const hybrid = new HybridModel(fast.model, () => (loads++, Promise.resolve(whole.model)));
    const { signal } = new AbortController();
    const events: unknown[] = [];
    for await (const event of hybrid.stream(MESSAGES, DECODING, signal)) events.push(event);
    expect(events).toEqual([{ type: 'text', text: 'fast' }]);
    expect(fast.asked).toEqual([[MESSAGES, DECODING, signal]]);
    expect([hybrid.info, hybrid.tokenizer]).toEqual([fast.model.info, fast.model.tokenizer]);
    expect([loads, whole.asked]).toEqual([0, []]);
    await hybrid.unload();
    expect([fast.state.unloaded, whole.state.unloaded]).toEqual([1, 0]);
  });

  it('scores with the other one, which is loaded once, when it is first needed', async () => {
    const [fast, whole] = [modelOf('fast'), modelOf('whole')];
    let loads = 0;
    const hybrid = new HybridModel(fast.model, () => (loads++, Promise.resolve(whole.model)));
    const { signal } = new AbortController();
    const [first] = await Promise.all([hybrid.scorer.score('a', signal, 2, 5), hybrid.scorer.score('b')]);
    expect([first, loads]).toEqual([[whole.score], 1]);
    expect(whole.asked).toEqual([
      ['a', signal, 2, 5],
      ['b', undefined, undefined, undefined],
    ]);
    expect(fast.asked).toEqual([]);
    await hybrid.unload();
    expect([fast.state.unloaded, whole.state.unloaded]).toEqual([1, 1]);
  });

  it('tries again after the other one could not be loaded', async () => {
    const [fast, whole] = [modelOf('fast'), modelOf('whole')];
    const outcomes = [() => Promise.reject(new Error('There is no memory.')), () => Promise.resolve(whole.model)];
    const hybrid = new HybridModel(fast.model, () => outcomes.shift()?.() ?? Promise.reject(new Error('again')));
    await expect(hybrid.scorer.score('a')).rejects.toThrow('There is no memory.');
    expect(await hybrid.scorer.score('a')).toEqual([whole.score]);
    await hybrid.unload();
    expect(whole.state.unloaded).toBe(1);
  });

  it('is unloaded while the other one fails to load', async () => {
    const fast = modelOf('fast');
    let fail: (error: Error) => void = () => undefined;
    const hybrid = new HybridModel(fast.model, () => new Promise((_, reject) => (fail = reject)));
    const score = hybrid.scorer.score('a');
    const unloaded = hybrid.unload();
    await nextTask();
    fail(new Error('There is no memory.'));
    await Promise.all([expect(score).rejects.toThrow('There is no memory.'), unloaded]);
    expect(fast.state.unloaded).toBe(1);
  });

  it('says that the other one cannot score', async () => {
    const hybrid = new HybridModel(modelOf('fast').model, () => Promise.resolve(modelOf('fast').model));
    await expect(hybrid.scorer.score('a')).rejects.toMatchObject({ code: 'unsupported' });
  });
});
