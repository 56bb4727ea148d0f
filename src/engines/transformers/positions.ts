import { Tensor } from 'onnxruntime-common';

// GPUBufferUsage's flags (WebGPU, section 5.1.2), which TypeScript's DOM types leave out.
const USAGE_COPY_SRC = 0x04;
const USAGE_COPY_DST = 0x08;
const USAGE_STORAGE = 0x80;

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
  const rowBytes = size * (cache.type === 'float16' ? 2 : 4);
  const source = cache.gpuBuffer;
  const buffer = device.createBuffer({
    // ONNX Runtime binds buffers in units of 16 bytes.
    size: Math.ceil((heads * length * rowBytes) / 16) * 16,
    usage: USAGE_STORAGE | USAGE_COPY_SRC | USAGE_COPY_DST,
  });
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
