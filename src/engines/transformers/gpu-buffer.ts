import type { Tensor, TensorConstructor } from 'onnxruntime-common';

/**
 * A runtime's graphics device, and its own class of tensors: where it is told to write, it ignores those of another
 * copy of the class without a word.
 */
export interface GpuRuntime {
  device: GPUDevice;
  Tensor: TensorConstructor;
}

/** Flags of buffers (GPUBufferUsage; WebGPU, section 5.1.2), which TypeScript's DOM types leave out. */
export const BUFFER_USAGE = {
  mapRead: 0x01,
  copySource: 0x04,
  copyTarget: 0x08,
  uniform: 0x40,
  storage: 0x80,
} as const;

/** A flag of WebGPU (GPUMapMode), which they leave out, too. */
const MAP_READ = 1;

/** A buffer of at least `bytes`. */
export function gpuBuffer(device: GPUDevice, bytes: number, usage: number): GPUBuffer {
  // ONNX Runtime binds buffers in units of 16 bytes.
  return device.createBuffer({ size: Math.ceil(bytes / 16) * 16, usage });
}

/** A buffer that is replaced by a larger one when it is too small; what it held is lost then. */
export class GrowingBuffer {
  readonly #device: GPUDevice;
  readonly #usage: number;
  #buffer: GPUBuffer | undefined;

  constructor(device: GPUDevice, usage: number) {
    this.#device = device;
    this.#usage = usage;
  }

  /** The buffer, with at least so many bytes. */
  of(bytes: number): GPUBuffer {
    if (this.#buffer && this.#buffer.size >= bytes) return this.#buffer;
    this.destroy();
    return (this.#buffer = gpuBuffer(this.#device, bytes, this.#usage));
  }

  destroy(): void {
    this.#buffer?.destroy();
    this.#buffer = undefined;
  }
}

/**
 * Small inputs of a graph on the graphics device. ONNX Runtime would submit twice for each that it takes from main
 * memory.
 */
export class GpuInputs {
  readonly #gpu: GpuRuntime;
  readonly #buffers = new Map<string, GrowingBuffer>();

  constructor(gpu: GpuRuntime) {
    this.#gpu = gpu;
  }

  /** The same values on the device, valid until the next input of this name. */
  put(name: string, { data, type, dims }: Tensor): Tensor {
    const { device } = this.#gpu;
    const bytes = data as Int32Array<ArrayBuffer> | BigInt64Array<ArrayBuffer>;
    const { storage, copySource, copyTarget } = BUFFER_USAGE;
    const growing = this.#buffers.get(name) ?? new GrowingBuffer(device, storage | copySource | copyTarget);
    this.#buffers.set(name, growing);
    const buffer = growing.of(bytes.byteLength);
    device.queue.writeBuffer(buffer, 0, bytes);
    return this.#gpu.Tensor.fromGpuBuffer(buffer, { dataType: type as 'int32' | 'int64', dims });
  }

  destroy(): void {
    for (const buffer of this.#buffers.values()) buffer.destroy();
    this.#buffers.clear();
  }
}

/** Reads buffers of a graphics device back into main memory, one at a time. */
export class GpuReader {
  readonly #device: GPUDevice;
  readonly #copy: GrowingBuffer;

  constructor(device: GPUDevice) {
    this.#device = device;
    this.#copy = new GrowingBuffer(device, BUFFER_USAGE.mapRead | BUFFER_USAGE.copyTarget);
  }

  /** Submits what is encoded, and returns the first `bytes` of `from` after that. */
  async read(encoder: GPUCommandEncoder, from: GPUBuffer, bytes: number): Promise<ArrayBuffer> {
    const size = Math.ceil(bytes / 4) * 4;
    const copy = this.#copy.of(size);
    encoder.copyBufferToBuffer(from, 0, copy, 0, size);
    this.#device.queue.submit([encoder.finish()]);
    await copy.mapAsync(MAP_READ, 0, size);
    const read = copy.getMappedRange(0, size).slice(0, bytes);
    copy.unmap();
    return read;
  }

  destroy(): void {
    this.#copy.destroy();
  }
}
