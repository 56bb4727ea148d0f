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

/** A buffer of at least `bytes`. */
export function gpuBuffer(device: GPUDevice, bytes: number, usage: number): GPUBuffer {
  // ONNX Runtime binds buffers in units of 16 bytes.
  return device.createBuffer({ size: Math.ceil(bytes / 16) * 16, usage });
}

/**
 * Small inputs of a graph on the graphics device. ONNX Runtime would submit twice for each that it takes from main
 * memory.
 */
export class GpuInputs {
  readonly #gpu: GpuRuntime;
  readonly #buffers = new Map<string, GPUBuffer>();

  constructor(gpu: GpuRuntime) {
    this.#gpu = gpu;
  }

  /** The same values on the device, valid until the next input of this name. */
  put(name: string, { data, type, dims }: Tensor): Tensor {
    const { device } = this.#gpu;
    const bytes = data as Int32Array<ArrayBuffer> | BigInt64Array<ArrayBuffer>;
    let buffer = this.#buffers.get(name);
    if (!buffer || buffer.size < bytes.byteLength) {
      buffer?.destroy();
      buffer = gpuBuffer(
        device,
        bytes.byteLength,
        BUFFER_USAGE.storage | BUFFER_USAGE.copySource | BUFFER_USAGE.copyTarget,
      );
      this.#buffers.set(name, buffer);
    }
    device.queue.writeBuffer(buffer, 0, bytes);
    return this.#gpu.Tensor.fromGpuBuffer(buffer, { dataType: type as 'int32' | 'int64', dims });
  }

  destroy(): void {
    for (const buffer of this.#buffers.values()) buffer.destroy();
    this.#buffers.clear();
  }
}
