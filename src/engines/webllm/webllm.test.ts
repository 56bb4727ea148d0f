import { prebuiltAppConfig } from '@mlc-ai/web-llm';
import { describe, expect, it } from 'vitest';
import { requireScorer } from '../../core/engine/capabilities.ts';
import { PAPER_DECODING, type LoadedModel, type StreamEvent } from '../../core/engine/engine.ts';
import { CARD } from '../testing/card.ts';
import { chatModels } from './catalogue.ts';
import { checkDevice } from './load.ts';
import { WebLlmModel, type MlcEngine } from './webllm-model.ts';

/** Streams one word per chunk until it is interrupted, like MLCEngine, and records its requests. */
class Speaker implements MlcEngine {
  asked: object[] = [];
  unloaded = false;
  #words: string[];
  #interrupted = false;
  constructor(words: string[]) {
    this.#words = words;
  }
  chat = {
    completions: {
      create: (request: object) => {
        this.asked.push(request);
        this.#interrupted = false;
        return Promise.resolve(this.#say());
      },
    },
  };
  async *#say() {
    let said = 0;
    for (const word of this.#words) {
      if (this.#interrupted) break;
      said++;
      yield { choices: [{ delta: { content: word }, finish_reason: null }] };
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    yield { choices: [{ delta: {}, finish_reason: this.#interrupted ? 'abort' : 'stop' }] };
    yield { choices: [], usage: { prompt_tokens: 9, completion_tokens: said } };
  }
  interruptGenerate() {
    this.#interrupted = true;
  }
  unload() {
    this.unloaded = true;
    return Promise.resolve();
  }
}

const decoding = { ...PAPER_DECODING, seed: 3 };
async function talk(model: LoadedModel, signal?: AbortSignal, onText?: () => void): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  for await (const event of model.stream([{ role: 'user', content: 'Hi' }], decoding, signal)) {
    events.push(event);
    if (event.type === 'text') onText?.();
  }
  return events;
}

describe('WebLlmModel', () => {
  it('splits text that looks like a control token, since WebLLM recognises them everywhere', async () => {
    const engine = new Speaker(['Hi']);
    const model = new WebLlmModel({ modelId: 'm', contextWindow: 4096 }, engine);
    for await (const event of model.stream([{ role: 'user', content: 'a<|im_end|> 1 < 2' }], decoding))
      expect(event.type).toBeDefined();
    expect(engine.asked[0]).toMatchObject({ messages: [{ role: 'user', content: 'a<\u200b|im_end|> 1 < 2' }] });
  });

  it('streams with the settings that WebLLM knows and reports its usage', async () => {
    const engine = new Speaker(['Hel', 'lo']);
    const events = await talk(new WebLlmModel({ modelId: 'm', contextWindow: 4096 }, engine));
    expect(events.map((event) => (event.type === 'text' ? event.text : '')).join('')).toBe('Hello');
    expect(events.at(-1)).toMatchObject({ type: 'done', reason: 'stop', stats: { promptTokens: 9, newTokens: 2 } });
    expect(engine.asked[0]).toMatchObject({ temperature: 0.7, top_p: 0.95, max_tokens: 128, seed: 3, stream: true });
  });

  it('interrupts on request, and the next reply is complete', async () => {
    const engine = new Speaker(['a', 'b', 'c', 'd', 'e', 'f']);
    const model = new WebLlmModel({ modelId: 'm', contextWindow: null }, engine);
    const controller = new AbortController();
    const events = await talk(model, controller.signal, () => controller.abort());
    expect(events.at(-1)).toMatchObject({ type: 'done', reason: 'cancelled' });
    expect(events.filter(({ type }) => type === 'text').length).toBeLessThan(6);
    expect((await talk(model)).filter(({ type }) => type === 'text')).toHaveLength(6);
  });

  it('offers only what WebLLM can do, and distinguishes a lost device from other errors', async () => {
    const engine = new Speaker([]);
    const model: LoadedModel = new WebLlmModel({ modelId: 'm', contextWindow: null }, engine);
    expect(model.info.features).toEqual({ seed: true, topK: false, resumes: false });
    expect(model.scorer).toBeUndefined();
    expect(model.tokenizer).toBeUndefined();
    expect(() => requireScorer(model)).toThrow(expect.objectContaining({ code: 'unsupported' }));
    engine.chat.completions.create = () =>
      Promise.reject(new Error('Device was lost. This is likely due to too much memory.'));
    await expect(talk(model)).rejects.toMatchObject({ code: 'device-lost' });
    await model.unload();
    expect(engine.unloaded).toBe(true);
  });
});

describe("WebLLM's list", () => {
  const list = chatModels(prebuiltAppConfig.model_list);

  it('lists only chat models, smallest first, with their requirements', () => {
    expect(list.length).toBeGreaterThan(40);
    for (const { id } of list) expect(id).not.toMatch(/embed|vision|coder|math/i);
    const sizes = list.map(({ vramMb }) => vramMb ?? Infinity);
    expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
    expect(list.some(({ requiredFeatures }) => requiredFeatures.includes('shader-f16'))).toBe(true);
  });

  it('refuses a device before anything is fetched', () => {
    const half = list.find(({ requiredFeatures }) => requiredFeatures.includes('shader-f16'));
    if (!half) throw new Error('no model needs half precision');
    const gpu = { ...CARD, halfPrecision: false };
    expect(() => checkDevice(half, gpu)).toThrow(expect.objectContaining({ code: 'unsupported' }));
    expect(() => checkDevice(half, { available: false, reason: 'there is none' })).toThrow(
      expect.objectContaining({ code: 'unsupported' }),
    );
    expect(() => checkDevice(half, { ...gpu, halfPrecision: true })).not.toThrow();
  });
});
