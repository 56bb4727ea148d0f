import { describe, expect, it } from 'vitest';
import { loadRepresentation } from '../core/compression/load.ts';
import type { Compressed } from '../core/compression/representation.ts';
import { serve } from '../rpc/server.ts';
import type { WorkerLike } from '../rpc/worker.ts';
import { compress, createCompression } from './compression.ts';
import type { CompressApi } from '../../workers/compression/api.ts';
import { Lru } from '../core/lru.ts';

/** A worker over a real message channel that runs the real handler and can be killed. */
class FakeWorker extends EventTarget {
  static started: FakeWorker[] = [];
  channel = new MessageChannel();
  texts: string[] = [];
  constructor() {
    super();
    FakeWorker.started.push(this);
    serve<CompressApi>(
      {
        compress: async ({ texts, options }): Promise<Compressed[]> => {
          this.texts.push(...texts);
          const representation = await loadRepresentation(options.representation, options);
          if (texts.includes('hang')) await new Promise(() => {});
          return texts.map((text) => representation.compress(text));
        },
      },
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
    this.channel.port1.close();
  }
}
const spawn = (): WorkerLike => new FakeWorker() as unknown as WorkerLike;

describe('compress', () => {
  it('runs on this thread if there are no workers', async () => {
    const texts = ['I am so sad today.', '', 'I am so sad today.'];
    const kept = await compress(texts, { representation: 'keypos', tagger: 'wink' });
    expect(kept.map(({ text }) => text)).toEqual(['I so sad today', '', 'I so sad today']);
    const nouns = await compress(['My boss hates me.'], { representation: 'keypos', keep: ['NOUN'] });
    expect(nouns[0]?.text).toBe('boss');
    expect((await compress(['I am so sad'], { representation: 'nostopwords' }))[0]?.text).toBe('sad');
  });

  it('asks the worker once per text and set of options', async () => {
    FakeWorker.started = [];
    const compression = createCompression({ spawn });
    await compression.compress(['a b', 'a b', 'c'], { representation: 'raw' });
    await compression.compress(['c', 'a b'], { representation: 'raw' });
    await compression.compress(['c'], { representation: 'nostopwords' });
    await compression.compress(['c'], { representation: 'keypos', keep: ['VERB', 'NOUN'] });
    await compression.compress(['c'], { representation: 'keypos', keep: ['NOUN', 'VERB'] });
    expect(FakeWorker.started).toHaveLength(1);
    expect(FakeWorker.started[0]?.texts).toEqual(['a b', 'c', 'c', 'c']);
    compression.terminate();
  });

  it('reports that the worker was lost and starts a fresh one for the next call', async () => {
    FakeWorker.started = [];
    const compression = createCompression({ spawn });
    const stuck = compression.compress(['hang'], { representation: 'raw' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    FakeWorker.started[0]?.dispatchEvent(new Event('error'));
    await expect(stuck).rejects.toMatchObject({ code: 'worker-lost' });
    expect((await compression.compress(['fine'], { representation: 'raw' }))[0]?.text).toBe('fine');
    expect(FakeWorker.started).toHaveLength(2);
    compression.terminate();
  });

  it('stops on request', async () => {
    const compression = createCompression({ spawn });
    const controller = new AbortController();
    const stuck = compression.compress(['hang'], { representation: 'raw' }, controller.signal);
    controller.abort();
    await expect(stuck).rejects.toMatchObject({ code: 'cancelled' });
    await expect(compress(['x'], { representation: 'raw' }, controller.signal)).rejects.toMatchObject({
      code: 'cancelled',
    });
    compression.terminate();
  });
});

describe('Lru', () => {
  it('forgets the least recently used entry', () => {
    const lru = new Lru<number>(2);
    lru.set('a', 1);
    lru.set('b', 2);
    lru.get('a');
    lru.set('c', 3);
    expect([lru.get('a'), lru.get('b'), lru.get('c'), lru.size]).toEqual([1, undefined, 3, 2]);
  });
});
