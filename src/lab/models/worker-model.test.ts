import { describe, expect, it } from 'vitest';
import { LabError } from '../../core/error.ts';
import { serve } from '../../rpc/server.ts';
import type { WorkerLike } from '../../rpc/worker.ts';
import {
  ENGINE_IDS,
  PAPER_DECODING,
  type EngineId,
  type LoadedModel,
  type StreamEvent,
} from '../../core/engine/engine.ts';
import type { EngineApi, LoadRequest } from '../../../workers/engine/api.ts';
import { engineHandlers, type EngineLoader } from '../../../workers/engine/handlers.ts';
import { WorkerModel } from './worker-model.ts';

/** Repeats the last message word by word; "lose" loses its device, "hang" never answers. */
function parrot(unloads: string[]): LoadedModel {
  return {
    info: {
      modelId: 'parrot',
      engine: 'transformers',
      device: 'wasm',
      features: { seed: true, topK: true, resumes: true },
      contextWindow: 100,
    },
    tokenizer: {
      renderPrompt: (messages) => Promise.resolve(messages.map(({ content }) => content).join('|')),
      countTokens: (texts) => Promise.resolve(texts.map((text) => text.split(' ').length)),
    },
    scorer: { score: () => Promise.resolve([{ id: 1, text: 'a', logprob: null }]) },
    async *stream(messages, decoding, signal): AsyncGenerator<StreamEvent> {
      const text = decoding.jsonSchema ? JSON.stringify(decoding.jsonSchema) : (messages.at(-1)?.content ?? '');
      if (text === 'lose') throw new LabError({ code: 'device-lost', what: 'Gone.' });
      const words = text === 'hang' ? Array<string>(1000).fill('w') : text.split(' ');
      for (const word of words) {
        if (signal?.aborted) break;
        yield { type: 'text', text: word };
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      yield {
        type: 'done',
        reason: signal?.aborted ? 'cancelled' : 'stop',
        stats: { promptTokens: 1, newTokens: 1, firstTokenMs: 1, decodeMs: 1 },
      };
    },
    unload: () => Promise.resolve(void unloads.push('parrot')),
  };
}

class ChannelWorker extends EventTarget {
  static started: ChannelWorker[] = [];
  channel = new MessageChannel();
  ended = false;
  constructor(loader: EngineLoader) {
    super();
    ChannelWorker.started.push(this);
    serve<EngineApi>(
      engineHandlers(Object.fromEntries(ENGINE_IDS.map((id) => [id, loader])) as Record<EngineId, EngineLoader>),
      this.channel.port2,
    );
    this.channel.port1.addEventListener('message', ({ data }) =>
      this.dispatchEvent(new MessageEvent('message', { data })),
    );
    this.channel.port1.start();
  }
  postMessage(message: unknown): void {
    this.channel.port1.postMessage(message);
  }
  terminate(): void {
    this.ended = true;
    this.channel.port1.close();
  }
}

const request: LoadRequest = {
  record: { id: 'parrot', name: 'Parrot', summary: '', bytes: 0, addedAt: 0, added: true, format: 'onnx', url: null },
  choice: { engine: 'transformers', device: 'wasm', note: 'A sentence.' },
  base: 'http://localhost/',
  threads: 1,
};
const opened = (loader: EngineLoader = () => Promise.resolve(parrot([]))) => {
  ChannelWorker.started = [];
  return WorkerModel.load(() => new ChannelWorker(loader) as unknown as WorkerLike, request);
};
const decoding = { ...PAPER_DECODING, seed: 1 };
async function say(model: LoadedModel, content: string, signal?: AbortSignal): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  for await (const event of model.stream([{ role: 'user', content }], decoding, signal)) events.push(event);
  return events;
}
const text = (events: StreamEvent[]) =>
  events
    .map((event) => (event.type === 'text' ? event.text : ''))
    .join(' ')
    .trim();

describe('WorkerModel', () => {
  it('forwards to the model in the worker', async () => {
    const model = await opened();
    expect(model.info).toMatchObject({ modelId: 'parrot', note: 'A sentence.' });
    expect(text(await say(model, 'I am here'))).toBe('I am here');
    expect(await model.tokenizer?.countTokens(['a b', 'c'])).toEqual([2, 1]);
    expect(await model.tokenizer?.renderPrompt([{ role: 'user', content: 'x' }])).toBe('x');
    expect(await model.scorer?.score('a')).toHaveLength(1);
    await model.unload();
    expect(ChannelWorker.started[0]?.ended).toBe(true);
    await expect(say(model, 'x')).rejects.toMatchObject({ code: 'unsupported' });
  });

  it('is undefined for what the model in the worker lacks, and passes a schema to it', async () => {
    const { tokenizer, scorer, ...silent } = parrot([]);
    expect([tokenizer, scorer]).not.toContain(undefined);
    const model = await opened(() => Promise.resolve(silent));
    expect(model.tokenizer).toBeUndefined();
    expect(model.scorer).toBeUndefined();
    const events: StreamEvent[] = [];
    const request = { ...decoding, jsonSchema: { type: 'object' } };
    for await (const event of model.stream([{ role: 'user', content: 'x' }], request)) events.push(event);
    expect(text(events)).toBe('{"type":"object"}');
    await model.unload();
  });

  it('ends a cancelled reply with its statistics', async () => {
    const model = await opened();
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 20);
    expect((await say(model, 'hang', controller.signal)).at(-1)).toMatchObject({ type: 'done', reason: 'cancelled' });
    await model.unload();
  });

  it('reloads after a lost device, and the next reply arrives', async () => {
    const model = await opened();
    await expect(say(model, 'lose')).rejects.toMatchObject({ code: 'device-lost' });
    expect(ChannelWorker.started[0]?.ended).toBe(true);
    expect(text(await say(model, 'back again'))).toBe('back again');
    expect(ChannelWorker.started).toHaveLength(2);
    await model.unload();
  });

  it('reloads after a crash in the middle of a reply, keeping what arrived', async () => {
    const model = await opened();
    const events: StreamEvent[] = [];
    const run = (async () => {
      for await (const event of model.stream([{ role: 'user', content: 'hang' }], decoding)) {
        events.push(event);
        if (events.length === 3) ChannelWorker.started[0]?.dispatchEvent(new Event('error'));
      }
    })();
    await expect(run).rejects.toMatchObject({ code: 'worker-lost' });
    expect(events.length).toBeGreaterThanOrEqual(3);
    const [a, b] = await Promise.all([say(model, 'one'), model.tokenizer?.countTokens(['two'])]);
    expect(text(a)).toBe('one');
    expect(b).toEqual([1]);
    expect(ChannelWorker.started).toHaveLength(2);
    await model.unload();
  });

  it('ends the worker when loading fails or is cancelled', async () => {
    await expect(
      opened(() => Promise.reject(new LabError({ code: 'out-of-memory', what: 'Too large.' }))),
    ).rejects.toMatchObject({ code: 'out-of-memory' });
    expect(ChannelWorker.started[0]?.ended).toBe(true);
    ChannelWorker.started = [];
    const controller = new AbortController();
    const loading = WorkerModel.load(
      () => new ChannelWorker(() => new Promise(() => {})) as unknown as WorkerLike,
      request,
      { signal: controller.signal },
    );
    controller.abort();
    await expect(loading).rejects.toMatchObject({ code: 'cancelled' });
    expect(ChannelWorker.started[0]?.ended).toBe(true);
  });
});
