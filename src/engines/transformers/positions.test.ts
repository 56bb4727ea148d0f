import { Tensor } from 'onnxruntime-common';
import { describe, expect, it } from 'vitest';
import { bytesIn, GpuMemory } from '../testing/gpu-memory.ts';
import { BUFFER_USAGE, gpuBuffer } from './gpu-buffer.ts';
import { slicePositionsOnCpu, slicePositionsOnGpu } from './positions.ts';

const [HEADS, POSITIONS, SIZE] = [3, 5, 2];
const VALUES = Array.from({ length: HEADS * POSITIONS * SIZE }, (_, i) => i + 1);
const KINDS = { float32: Float32Array, float16: Uint16Array } as const;

/** The values of the first two positions of each head. */
const FIRST_TWO = [1, 2, 3, 4, 11, 12, 13, 14, 21, 22, 23, 24];

describe.each(['float32', 'float16'] as const)('the first positions of a cache of %s', (type) => {
  const data = KINDS[type].from(VALUES);
  const dims = [1, HEADS, POSITIONS, SIZE];

  it('are taken of every head in main memory', () => {
    const cache = new Tensor(type, data, dims);
    const slice = slicePositionsOnCpu(cache, 2);
    expect([slice.type, slice.dims, [...(slice.data as Float32Array)]]).toEqual([type, [1, HEADS, 2, SIZE], FIRST_TWO]);
    expect([...(cache.data as Float32Array)]).toEqual(VALUES);
  });

  it('are copied on the graphics device, as a tensor that owns its buffer', async () => {
    const memory = new GpuMemory();
    const buffer = gpuBuffer(memory.device, data.byteLength, BUFFER_USAGE.copySource | BUFFER_USAGE.copyTarget);
    memory.device.queue.writeBuffer(buffer, 0, data);
    const slice = slicePositionsOnGpu(memory.device, Tensor.fromGpuBuffer(buffer, { dataType: type, dims }), 2);
    const found = new KINDS[type](bytesIn(slice.gpuBuffer).buffer, 0, slice.size);
    expect([slice.type, slice.dims, [...found]]).toEqual([type, [1, HEADS, 2, SIZE], FIRST_TWO]);
    await expect(slice.getData()).rejects.toThrow('not read back');
    expect(memory.live.size).toBe(2);
    slice.dispose();
    expect(memory.live.size).toBe(1);
    expect(memory.bytesRead).toBe(0);
  });
});
