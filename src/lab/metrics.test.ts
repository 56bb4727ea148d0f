import { afterEach, describe, expect, it } from 'vitest';
import { serve } from '../rpc/server.ts';
import type { WorkerLike } from '../rpc/worker.ts';
import { createMetricsHandlers, fetchWordNet, measurePairs, type MetricsApi } from '../../workers/metrics/handlers.ts';
import { createMetrics } from './metrics.ts';
import { loadLocalWordNet } from '../node/wordnet-file.ts';

const PAIRS = Array.from({ length: 300 }, (_, i) => ({
  id: i,
  hyp: `You feel sad about exam number ${i}, is that right?`,
  ref: `It sounds like exam ${i} made you sorrowful. Is that so?`,
}));

const ports: MessagePort[] = [];
afterEach(() => ports.splice(0).forEach((port) => port.close()));

/** A worker on this thread, behind a message channel, which can be killed. */
function fakeWorker(): WorkerLike & { crash(): void } {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  const stop = serve<MetricsApi>(createMetricsHandlers(fetchWordNet), port2);
  const events = new EventTarget();
  const target = (type: string) => (type === 'error' ? events : (port1 as unknown as EventTarget));
  return {
    postMessage: (message, transfer) => port1.postMessage(message, transfer),
    addEventListener: (type: string, listener: (event: never) => void) =>
      target(type).addEventListener(type, listener as (event: Event) => void),
    removeEventListener: (type: string, listener: (event: never) => void) =>
      target(type).removeEventListener(type, listener as (event: Event) => void),
    start: () => port1.start(),
    terminate: stop,
    crash() {
      stop();
      events.dispatchEvent(Object.assign(new Event('error'), { message: 'killed' }));
    },
  };
}

const pool = (spawn: () => WorkerLike, workers = 3) =>
  createMetrics({ spawn, workers, wordnetUrl: 'http://localhost:1/none' });

describe('createMetrics', () => {
  it('gives the same numbers inline and in workers, in the order of the pairs, with progress', async () => {
    const inline = await createMetrics({ loadWordNet: loadLocalWordNet }).measure(PAIRS, { meteor: false });
    const seen: number[] = [];
    const metrics = pool(fakeWorker);
    const pooled = await metrics.measure(PAIRS, {
      meteor: false,
      onProgress: (done, total) => seen.push(done / total),
    });
    metrics.terminate();
    expect(pooled).toEqual(inline);
    expect(pooled.pairs.map(({ id }) => id)).toEqual(PAIRS.map(({ id }) => id));
    expect(seen.at(-1)).toBe(1);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });

  it('loads WordNet once for calls at the same time, and again after a failure', async () => {
    let loads = 0;
    const metrics = createMetrics({
      loadWordNet: () => (++loads === 1 ? Promise.reject(new Error('offline')) : loadLocalWordNet()),
    });
    await expect(metrics.measure(PAIRS.slice(0, 1))).rejects.toThrow('offline');
    await Promise.all([metrics.measure(PAIRS.slice(0, 1)), metrics.measure(PAIRS.slice(0, 1))]);
    expect(loads).toBe(2);
  });

  it('computes METEOR with WordNet', async () => {
    const { pairs } = await createMetrics({ loadWordNet: loadLocalWordNet }).measure(PAIRS.slice(0, 1));
    expect(pairs[0]?.scores.nltk_meteor).toBeGreaterThan(0.3);
  });

  it('measures a chunk again in a fresh worker if its worker is lost', async () => {
    let spawned = 0;
    const metrics = pool(() => {
      const worker = fakeWorker();
      if (spawned++ === 0) queueMicrotask(() => worker.crash());
      return worker;
    }, 1);
    const { pairs } = await metrics.measure(PAIRS, { meteor: false });
    metrics.terminate();
    expect(pairs).toHaveLength(PAIRS.length);
    expect(spawned).toBe(2);
  });

  it('reports that WordNet cannot be loaded, and works without METEOR', async () => {
    const metrics = pool(fakeWorker);
    await expect(metrics.measure(PAIRS)).rejects.toMatchObject({ code: 'network' });
    expect((await metrics.measure(PAIRS.slice(0, 2), { meteor: false })).pairs).toHaveLength(2);
    metrics.terminate();
  });

  it('stops on request', async () => {
    const controller = new AbortController();
    const metrics = pool(fakeWorker);
    const measuring = metrics.measure(PAIRS, { meteor: false, signal: controller.signal });
    controller.abort();
    await expect(measuring).rejects.toMatchObject({ code: 'cancelled' });
    await expect(metrics.measure(PAIRS, { signal: controller.signal })).rejects.toMatchObject({ code: 'cancelled' });
    metrics.terminate();
    const long = Array.from({ length: 20_000 }, () => PAIRS[0]).filter((pair) => pair !== undefined);
    const late = new AbortController();
    const inline = measurePairs(long, undefined, { signal: late.signal, onProgress: () => late.abort() });
    await expect(inline).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('returns nothing for no pairs', async () => {
    const metrics = pool(fakeWorker);
    const { pairs, corpus } = await metrics.measure([]);
    metrics.terminate();
    expect(pairs).toEqual([]);
    expect(corpus.sacre_corpus_bleu4).toBe(0);
  });
});
