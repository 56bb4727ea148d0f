import { Tensor } from 'onnxruntime-common';
import { describe, expect, it } from 'vitest';
import { bytesIn, GpuMemory } from '../testing/gpu-memory.ts';
import { BUFFER_USAGE, gpuBuffer, GpuInputs } from './gpu-buffer.ts';

const ids = (...values: bigint[]): Tensor => new Tensor('int64', BigInt64Array.from(values), [1, values.length]);

/** What a graph would read. */
const read = ({ gpuBuffer: buffer, size }: Tensor): bigint[] => [...new BigInt64Array(bytesIn(buffer).buffer, 0, size)];

describe('gpuBuffer', () => {
  it('is bound in units of 16 bytes', () => {
    const { device } = new GpuMemory();
    expect([1, 16, 17].map((bytes) => gpuBuffer(device, bytes, BUFFER_USAGE.storage).size)).toEqual([16, 16, 32]);
  });
});

describe('GpuInputs', () => {
  it('keeps one buffer for each input, which grows when it has to', () => {
    const memory = new GpuMemory();
    const inputs = new GpuInputs({ device: memory.device, Tensor });
    const prompt = inputs.put('input_ids', ids(1n, 2n, 3n, 4n));
    expect([prompt.dims, prompt.type, read(prompt)]).toEqual([[1, 4], 'int64', [1n, 2n, 3n, 4n]]);
    const token = inputs.put('input_ids', ids(-5n));
    expect([token.dims, read(token)]).toEqual([[1, 1], [-5n]]);
    const lengths = inputs.put('seqlens_k', new Tensor('int32', Int32Array.of(7), [1]));
    expect([read(token), [...new Int32Array(bytesIn(lengths.gpuBuffer).buffer, 0, 1)]]).toEqual([[-5n], [7]]);
    expect(memory.sizes).toEqual([16, 32]);
    expect(read(inputs.put('input_ids', ids(1n, 2n, 3n, 4n, 5n)))).toEqual([1n, 2n, 3n, 4n, 5n]);
    expect(memory.sizes).toEqual([16, 48]);
    inputs.destroy();
    expect(memory.sizes).toEqual([]);
  });

  it('can be used again after it was destroyed', () => {
    const memory = new GpuMemory();
    const inputs = new GpuInputs({ device: memory.device, Tensor });
    inputs.put('input_ids', ids(1n));
    inputs.destroy();
    expect(read(inputs.put('input_ids', ids(2n)))).toEqual([2n]);
  });
});
