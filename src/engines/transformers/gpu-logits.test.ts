import { Tensor } from 'onnxruntime-common';
import { describe, expect, it } from 'vitest';
import { toHalf } from '../../core/formats/float.ts';
import { seededRandom } from '../../core/random/xoshiro128.ts';
import { GpuMemory, type Kernel } from '../testing/gpu-memory.ts';
import { GpuLogits } from './gpu-logits.ts';
import { topKernel } from './testing/top-kernel.ts';
import { MOST_CANDIDATES } from './top-candidates.ts';
import { TILE } from './top-logits.wgsl.ts';

type Type = 'float32' | 'float16';

function rowOn(kernel: Kernel, type: Type, vocabulary: number) {
  const memory = new GpuMemory(kernel);
  const logits = new GpuLogits({ device: memory.device, Tensor }, type, vocabulary);
  const write = (values: Float32Array<ArrayBuffer>): void => {
    const row = type === 'float32' ? values : Uint16Array.from(values, toHalf);
    const bytes = new Uint8Array(Math.ceil(row.byteLength / 4) * 4);
    bytes.set(new Uint8Array(row.buffer));
    memory.device.queue.writeBuffer(logits.output.gpuBuffer, 0, bytes);
  };
  return { memory, logits, write };
}

/** Values with ties, exact in half precision. */
function someValues(count: number): Float32Array<ArrayBuffer> {
  const random = seededRandom(count);
  return Float32Array.from({ length: count }, () => (Math.floor(random() * 900) - 450) / 64);
}

describe('GpuLogits', () => {
  it.each([
    ['one tile', 300, 'float32'],
    ['a tile and one more', TILE + 1, 'float32'],
    ['many tiles', 64_000, 'float32'],
    ['16-bit floats of an odd number', 2049, 'float16'],
  ] as const)(
    'gives the highest of %s, ties by id, and reads no more than those of each tile',
    async (_, vocabulary, type) => {
      const { memory, logits, write } = rowOn(topKernel(type), type, vocabulary);
      const values = someValues(vocabulary);
      write(values);
      const value = (id: number): number => values[id] ?? NaN;
      const expected = Array.from(values.keys()).sort((a, b) => value(b) - value(a) || a - b);
      for (const count of [1, 2, MOST_CANDIDATES]) {
        memory.bytesRead = 0;
        const { ids, values: found } = await logits.top(count);
        expect([...ids]).toEqual(expected.slice(0, count));
        expect([...found]).toEqual(expected.slice(0, count).map(value));
        expect(memory.bytesRead).toBe(8 * count * Math.ceil(vocabulary / TILE));
      }
      memory.bytesRead = 0;
      expect(await logits.row()).toEqual(values);
      expect(memory.bytesRead).toBe(Math.ceil((vocabulary * (type === 'float16' ? 2 : 4)) / 4) * 4);
      logits.destroy();
      expect(memory.live.size).toBe(0);
    },
  );

  it('gives a row where the graph can write it, and infinities and zeros as they are', async () => {
    const { logits, write } = rowOn(topKernel('float32'), 'float32', 5);
    expect([logits.output.dims, logits.output.type]).toEqual([[1, 1, 5], 'float32']);
    write(Float32Array.of(-Infinity, 0, -1.5, Infinity, -0));
    const { ids, values } = await logits.top(5);
    expect([...ids]).toEqual([3, 1, 4, 2, 0]);
    expect([...values]).toEqual([Infinity, 0, 0, -1.5, -Infinity]);
  });

  it('gives ids beyond a vocabulary that has fewer entries than are wanted', async () => {
    const { logits, write } = rowOn(topKernel('float32'), 'float32', 2);
    write(Float32Array.of(1, 2));
    const { ids } = await logits.top(4);
    expect([...ids.subarray(0, 2)]).toEqual([1, 0]);
    expect(ids.subarray(2).every((id) => id >= 2)).toBe(true);
  });

  it('finds that a device sorts rightly, and leaves a row that counts as broken', async () => {
    for (const [type, vocabulary] of [
      ['float32', 3 * TILE],
      ['float16', 40],
    ] as const) {
      const { logits } = rowOn(topKernel(type), type, vocabulary);
      expect(await logits.isRight()).toBe(true);
      expect((await logits.row()).every((value) => value === 0)).toBe(true);
    }
  });

  const wrong: [string, Kernel][] = [
    ['takes the highest id of equal logits', topKernel('float32', ([a, i], [b, j]) => b - a || j - i)],
    ['sorts in the other direction', topKernel('float32', ([a, i], [b, j]) => a - b || i - j)],
    ['runs only the first workgroup', (bindings) => topKernel('float32')(bindings, 1, 1)],
    [
      'rounds the logits',
      (bindings, ...groups) => {
        topKernel('float32')(bindings, ...groups);
        const pairs = new Uint32Array(bindings[1]?.buffer ?? new ArrayBuffer());
        for (let i = 0; i < pairs.length; i += 2) pairs[i] = (pairs[i] ?? 0) | 1;
      },
    ],
    ['computes nothing', () => undefined],
  ];
  it.each(wrong)('notices a device that %s', async (_, kernel) => {
    const { logits } = rowOn(kernel, 'float32', 3 * TILE);
    expect(await logits.isRight()).toBe(false);
  });
});
