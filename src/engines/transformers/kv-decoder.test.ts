import { Tensor } from 'onnxruntime-common';
import { describe, expect, it } from 'vitest';
import type { OrtSession } from '../../core/engine/ort.ts';
import { GpuMemory } from '../testing/gpu-memory.ts';
import { GpuInputs } from './gpu-buffer.ts';
import { GpuLogits } from './gpu-logits.ts';
import { GrowingCache, InPlaceCache } from './kv-cache.ts';
import { cacheInputs, KvDecoder } from './kv-decoder.ts';
import type { StepLogits } from './logits-reader.ts';
import { slicePositionsOnCpu, slicePositionsOnGpu } from './positions.ts';
import { topKernel } from './testing/top-kernel.ts';
import { toyLogits, ToySession, VOCABULARY, type ToyOptions } from './testing/toy-session.ts';

const WINDOW = 1100;
/** More tokens than the first buffers in place have room for. */
const IDS = Array.from({ length: WINDOW }, (_, i) => (i * 37 + (i >> 3)) % 90);

const CACHES: Record<string, ToyOptions> = {
  'one that grows in main memory': {},
  'one that grows in main memory, in 16 bits': { type: 'float16' },
  'one that grows on a graphics device': { memory: new GpuMemory() },
  'one that grows on a graphics device, in 16 bits': { memory: new GpuMemory(), type: 'float16' },
  'one that is written in place': { memory: new GpuMemory(topKernel('float32')), inPlace: true },
  'one that is written in place, in 16 bits': {
    memory: new GpuMemory(topKernel('float32')),
    inPlace: true,
    type: 'float16',
  },
};

function open(options: ToyOptions) {
  const { memory, inPlace } = options;
  const session = new ToySession(options);
  const inputs = cacheInputs(session);
  if (!memory) return { session, decoder: new KvDecoder(session, new GrowingCache(inputs, slicePositionsOnCpu)) };
  const { device } = memory;
  if (!inPlace) {
    const cache = new GrowingCache(inputs, (tensor, length) => slicePositionsOnGpu(device, tensor, length));
    return { session, memory, decoder: new KvDecoder(session, cache) };
  }
  const gpu = { device, Tensor };
  const logits = new GpuLogits(gpu, 'float32', VOCABULARY);
  const cache = new InPlaceCache(gpu, inputs, WINDOW);
  return { session, memory, decoder: new KvDecoder(session, cache, { logits, inputs: new GpuInputs(gpu) }) };
}

function rowsOf({ data, rows, vocabulary }: StepLogits): number[][] {
  return Array.from({ length: rows }, (_, row) => [...data.subarray(row * vocabulary, (row + 1) * vocabulary)]);
}

describe.each(Object.entries(CACHES))('a decoder with a cache, %s', (_, options) => {
  it('computes the same in steps of any size as without a cache', async () => {
    const { decoder } = open(options);
    let done = 0;
    for (const count of [3, 1, 1, 200, 300, 20, 1, 573, 1]) {
      const step = await decoder.step(IDS.slice(done, done + count), 'last');
      done += count;
      expect(rowsOf(step)).toEqual([toyLogits(IDS.slice(0, done))]);
    }
    expect([done, decoder.ids]).toEqual([WINDOW, IDS]);
    decoder.destroy();
  });

  it('gives the logits of every token, of the last, or of none', async () => {
    const { decoder } = open(options);
    const all = await decoder.step(IDS.slice(0, 3), 'all');
    expect(rowsOf(all)).toEqual([1, 2, 3].map((length) => toyLogits(IDS.slice(0, length))));
    await decoder.step(IDS.slice(3, 5), 'none');
    expect(rowsOf(await decoder.step(IDS.slice(5, 7), 'last'))).toEqual([toyLogits(IDS.slice(0, 7))]);
    decoder.destroy();
  });

  it('keeps what another text has in common with the cached one, and at least one token to run', async () => {
    const { decoder } = open(options);
    await decoder.step(IDS.slice(0, 600), 'none');
    const other = [...IDS.slice(0, 40), 7, 8, 9];
    expect(await decoder.keepPrefix(other)).toBe(40);
    expect(rowsOf(await decoder.step(other.slice(40), 'last'))).toEqual([toyLogits(other)]);
    expect(await decoder.keepPrefix(other)).toBe(other.length - 1);
    expect(rowsOf(await decoder.step(other.slice(-1), 'last'))).toEqual([toyLogits(other)]);
    expect(await decoder.keepPrefix([89, 1])).toBe(0);
    expect(rowsOf(await decoder.step([89, 1], 'last'))).toEqual([toyLogits([89, 1])]);
    decoder.destroy();
  });

  it('begins anew after a failed step, and leaves no memory behind', async () => {
    const { decoder, session, memory } = open(options);
    const before = memory?.sizes;
    await decoder.step(IDS.slice(0, 30), 'none');
    session.fault = new Error('The step failed.');
    await expect(decoder.step([1], 'last')).rejects.toThrow('The step failed.');
    expect([decoder.ids, session.open]).toEqual([[], 0]);
    expect(rowsOf(await decoder.step(IDS.slice(0, 5), 'last'))).toEqual([toyLogits(IDS.slice(0, 5))]);
    decoder.clear();
    expect(session.open).toBe(0);
    if (!options.inPlace) expect(memory?.sizes).toEqual(before);
    decoder.destroy();
    expect([session.open, memory?.live.size ?? 0]).toEqual([0, 0]);
  });
});

describe('a cache that is written in place', () => {
  it('doubles its buffers, never beyond the window, and keeps one for each key and value', async () => {
    const memory = new GpuMemory(topKernel('float32'));
    const { decoder } = open({ memory, inPlace: true });
    const bytes = decoder.bytesPerPosition / 2;
    const caches = () => memory.sizes.slice(-2).map((size) => size / bytes);
    for (const [count, positions] of [
      [10, 512],
      [502, 512],
      [1, 1024],
      [511, 1024],
      [1, WINDOW],
    ] as const) {
      await decoder.step(IDS.slice(decoder.ids.length, decoder.ids.length + count), 'none');
      expect(caches()).toEqual([positions, positions]);
    }
    expect(rowsOf(await decoder.step([5], 'last'))).toEqual([toyLogits([...IDS.slice(0, 1025), 5])]);
    decoder.destroy();
  });

  it('has room at once for a step that is longer than twice as much', async () => {
    const memory = new GpuMemory(topKernel('float32'));
    const { decoder } = open({ memory, inPlace: true });
    expect(rowsOf(await decoder.step(IDS.slice(0, 1090), 'last'))).toEqual([toyLogits(IDS.slice(0, 1090))]);
    decoder.destroy();
  });
});

describe('logits that stay on a graphics device', () => {
  it('are read only as far as they are wanted', async () => {
    const memory = new GpuMemory(topKernel('float32'));
    const { decoder } = open({ memory, inPlace: true });
    await decoder.step(IDS.slice(0, 4), 'none');
    expect(memory.bytesRead).toBe(0);
    const { ids, data } = await decoder.step([3], { top: 5 });
    expect(memory.bytesRead).toBe(8 * 5);
    const expected = toyLogits([...IDS.slice(0, 4), 3]);
    const best = Array.from(expected.keys()).sort((a, b) => (expected[b] ?? 0) - (expected[a] ?? 0) || a - b);
    expect([...(ids ?? [])]).toEqual(best.slice(0, 5).sort((a, b) => a - b));
    expect([...data]).toEqual(Array.from(ids ?? [], (id) => expected[id]));
    decoder.destroy();
  });

  it('are read as a whole if the last candidate ties with the one before, or all are wanted', async () => {
    const memory = new GpuMemory(topKernel('float32'));
    const { decoder } = open({ memory, inPlace: true });
    const { ids, data } = await decoder.step([9], { top: 2 });
    expect([ids, [...data]]).toEqual([undefined, toyLogits([9])]);
    const all = await decoder.step([10], { top: VOCABULARY });
    expect([all.ids, [...all.data]]).toEqual([undefined, toyLogits([9, 10])]);
    decoder.destroy();
  });
});

describe('a graph that is no decoder', () => {
  const inputs = (shape: (number | string)[], type = 'float32') =>
    ({ inputMetadata: [{ name: 'past_key_values.0.key', isTensor: true, type, shape }] }) as unknown as OrtSession;

  it.each([
    ['heads of an unknown number', inputs([1, 'heads', 'past', 4])],
    ['another order of dimensions', inputs([1, 2, 4])],
    ['whole numbers', inputs([1, 2, 'past', 4], 'int8')],
  ])('is refused for caches with %s', (_, session) =>
    expect(() => cacheInputs(session)).toThrow(expect.objectContaining({ code: 'unsupported' })),
  );

  it('is refused for an input that is unknown, and for lack of logits', async () => {
    const asking = new ToySession();
    asking.inputNames.push('pixels');
    const decoder = new KvDecoder(asking, new GrowingCache(cacheInputs(asking), slicePositionsOnCpu));
    await expect(decoder.step([1], 'last')).rejects.toMatchObject({ code: 'unsupported', detail: { where: 'pixels' } });
    const silent = new ToySession();
    const run = silent.run.bind(silent);
    silent.run = async (...given) =>
      Object.fromEntries(Object.entries(await run(...given)).filter(([name]) => name !== 'logits')) as never;
    const mute = new KvDecoder(silent, new GrowingCache(cacheInputs(silent), slicePositionsOnCpu));
    await expect(mute.step([1], 'last')).rejects.toMatchObject({ code: 'bad-file' });
  });
});
