import { Tensor } from 'onnxruntime-common';
import { BUFFER_USAGE, gpuBuffer, type GpuRuntime } from './gpu-buffer.ts';

/** A cached key or value of one layer: an input of the graph. */
export interface CacheInput {
  name: string;
  type: 'float32' | 'float16';
  heads: number;
  /** Values of one head at one position. */
  size: number;
}

/** Tensors of one step: what the graph reads, and where it writes what it returns if that is settled before. */
export interface StepTensors {
  inputs: Record<string, Tensor>;
  outputs: Record<string, Tensor>;
}

/** The keys and values of the positions that a decoder has run. It owns its tensors. */
export interface KvCache {
  /** For a step that runs `count` positions after the first `length`. */
  before(length: number, count: number): StepTensors;
  /** Takes over what the step returned, by the names of the graph's outputs. */
  adopt(outputs: Readonly<Record<string, Tensor>>): void;
  /** Keeps the first `length` positions. */
  truncate(length: number): Promise<void> | void;
  /** Frees the memory. */
  clear(): void;
}

/** The first `length` positions of a key or value cache, as a new tensor on the same device. */
export type SlicePositions = (cache: Tensor, length: number) => Promise<Tensor> | Tensor;

/** Name of the output that follows a cache input. */
const presentName = (input: string): string => input.replace(/^past_key_values/, 'present');

/** Disposing a tensor twice throws in some runtimes and does nothing in others. */
export function dispose(tensor: Tensor): void {
  if (tensor.location !== 'none') tensor.dispose();
}

export const elementBytes = ({ type }: { type: string }): number => (type === 'float16' ? 2 : 4);

/** Each step returns new tensors that are one step longer, on any device and for any graph. */
export class GrowingCache implements KvCache {
  readonly #inputs: readonly CacheInput[];
  readonly #slicePositions: SlicePositions;
  readonly #past = new Map<string, Tensor>();

  constructor(inputs: readonly CacheInput[], slicePositions: SlicePositions) {
    this.#inputs = inputs;
    this.#slicePositions = slicePositions;
  }

  before(): StepTensors {
    const tensors = this.#inputs.map(({ name, type, heads, size }) => {
      const none = () =>
        new Tensor(type, type === 'float16' ? new Uint16Array(0) : new Float32Array(0), [1, heads, 0, size]);
      return [name, this.#past.get(name) ?? none()] as const;
    });
    return { inputs: Object.fromEntries(tensors), outputs: {} };
  }

  adopt(outputs: Readonly<Record<string, Tensor>>): void {
    for (const { name } of this.#inputs) {
      const next = outputs[presentName(name)];
      if (!next) continue;
      const old = this.#past.get(name);
      this.#past.set(name, next);
      if (old) dispose(old);
    }
  }

  async truncate(length: number): Promise<void> {
    if (length === 0) {
      this.clear();
      return;
    }
    for (const [name, tensor] of [...this.#past]) {
      this.#past.set(name, await this.#slicePositions(tensor, length));
      dispose(tensor);
    }
  }

  clear(): void {
    for (const tensor of this.#past.values()) dispose(tensor);
    this.#past.clear();
  }
}

/** Positions of the first buffers; they double from there. */
const FIRST_POSITIONS = 512;

/**
 * One buffer per key and value on the graphics device, longer than the positions so far. GroupQueryAttention writes the
 * new positions in place if it reads and returns the same buffer, and takes the number of positions from another input.
 */
export class InPlaceCache implements KvCache {
  readonly #gpu: GpuRuntime;
  readonly #inputs: readonly CacheInput[];
  /** The context window, beyond which the buffers never grow. */
  readonly #limit: number;
  readonly #buffers = new Map<string, GPUBuffer>();
  #capacity = 0;

  constructor(gpu: GpuRuntime, inputs: readonly CacheInput[], limit: number) {
    this.#gpu = gpu;
    this.#inputs = inputs;
    this.#limit = limit;
  }

  before(length: number, count: number): StepTensors {
    if (length + count > this.#capacity) this.#grow(length, length + count);
    const step: StepTensors = { inputs: {}, outputs: {} };
    for (const { name, type, heads, size } of this.#inputs) {
      const buffer = this.#buffers.get(name) as GPUBuffer;
      const about = { dataType: type, dims: [1, heads, this.#capacity, size] };
      const tensor = () => this.#gpu.Tensor.fromGpuBuffer(buffer, about);
      step.inputs[name] = tensor();
      step.outputs[presentName(name)] = tensor();
    }
    return step;
  }

  adopt(): void {
    // The step wrote into the buffers.
  }

  truncate(): void {
    // What lies behind the last position is never read.
  }

  clear(): void {
    for (const buffer of this.#buffers.values()) buffer.destroy();
    this.#buffers.clear();
    this.#capacity = 0;
  }

  #grow(length: number, needed: number): void {
    const capacity = Math.max(needed, Math.min(this.#limit, Math.max(FIRST_POSITIONS, 2 * this.#capacity)));
    const { device } = this.#gpu;
    const encoder = device.createCommandEncoder();
    const old: GPUBuffer[] = [];
    for (const input of this.#inputs) {
      const rowBytes = input.size * elementBytes(input);
      const usage = BUFFER_USAGE.storage | BUFFER_USAGE.copySource | BUFFER_USAGE.copyTarget;
      const buffer = gpuBuffer(device, input.heads * capacity * rowBytes, usage);
      const from = this.#buffers.get(input.name);
      for (let head = 0; from && length > 0 && head < input.heads; head++) {
        const [at, to] = [this.#capacity, capacity].map((positions) => head * positions * rowBytes) as [number, number];
        encoder.copyBufferToBuffer(from, at, buffer, to, length * rowBytes);
      }
      this.#buffers.set(input.name, buffer);
      if (from) old.push(from);
    }
    device.queue.submit([encoder.finish()]);
    for (const buffer of old) buffer.destroy();
    this.#capacity = capacity;
  }
}
