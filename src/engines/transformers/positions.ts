import { Tensor } from 'onnxruntime-common';
import { BUFFER_USAGE, gpuBuffer } from './gpu-buffer.ts';
import { elementBytes } from './kv-cache.ts';

/** The first `length` positions of a cache [1, heads, positions, size] in main memory. */
export function slicePositionsOnCpu(cache: Tensor, length: number): Tensor {
  const [, heads = 0, positions = 0, size = 0] = cache.dims;
  const data = cache.data as Float32Array | Uint16Array;
  const out = new (data.constructor as { new (n: number): typeof data })(heads * length * size);
  for (let head = 0; head < heads; head++) {
    const from = head * positions * size;
    out.set(data.subarray(from, from + length * size), head * length * size);
  }
  return new Tensor(cache.type, out, [1, heads, length, size]);
}

/** The same on the graphics device: one buffer copy per head, without main memory. */
export function slicePositionsOnGpu(device: GPUDevice, cache: Tensor, length: number): Tensor {
  const [, heads = 0, positions = 0, size = 0] = cache.dims;
  const rowBytes = size * elementBytes(cache);
  const source = cache.gpuBuffer;
  const usage = BUFFER_USAGE.storage | BUFFER_USAGE.copySource | BUFFER_USAGE.copyTarget;
  const buffer = gpuBuffer(device, heads * length * rowBytes, usage);
  const encoder = device.createCommandEncoder();
  for (let head = 0; head < heads; head++) {
    encoder.copyBufferToBuffer(
      source,
      head * positions * rowBytes,
      buffer,
      head * length * rowBytes,
      length * rowBytes,
    );
  }
  device.queue.submit([encoder.finish()]);
  return Tensor.fromGpuBuffer(buffer, {
    dataType: cache.type as 'float32' | 'float16',
    dims: [1, heads, length, size],
    download: (): Promise<never> => Promise.reject(new Error('Caches are not read back.')),
    dispose: () => buffer.destroy(),
  });
}
