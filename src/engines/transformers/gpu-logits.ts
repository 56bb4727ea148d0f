import type { Tensor } from 'onnxruntime-common';
import { toHalf } from '../../core/formats/float.ts';
import { BUFFER_USAGE as USAGE, gpuBuffer, type GpuRuntime } from './gpu-buffer.ts';
import { elementBytes } from './kv-cache.ts';
import { TILE, topLogitsShader } from './top-logits.wgsl.ts';

/** The flag of WebGPU (GPUMapMode), which TypeScript's DOM types leave out. */
const MAP_READ = 1;

/** Candidates that a sampler may ask for: one more than the largest top-k, to notice a tie at its edge. */
export const MOST_CANDIDATES = 65;

/** Multiplying ids by it scatters them (Knuth's multiplicative hashing). */
const SCATTER = 0x9e3779b1;

/** The highest logits of a row with their ids, highest first; of equal ones the lowest id first. */
export interface TopLogits {
  ids: Uint32Array;
  values: Float32Array;
}

/** One pass over entries in tiles. */
interface Pass {
  groups: number;
  binding: GPUBindGroup;
}

/**
 * A row of logits that stays on the graphics device, where the decoder's graph writes it. Only the highest are read
 * back: some hundred bytes instead of 4 for each entry of the vocabulary.
 */
export class GpuLogits {
  readonly vocabulary: number;
  readonly type: 'float32' | 'float16';
  readonly #gpu: GpuRuntime;
  readonly #buffers: GPUBuffer[] = [];
  readonly #row: GPUBuffer;
  readonly #read: GPUBuffer;
  readonly #best: GPUBuffer;
  readonly #pipeline: GPUComputePipeline;
  readonly #passes: Pass[];

  constructor(gpu: GpuRuntime, type: 'float32' | 'float16', vocabulary: number) {
    const { device } = gpu;
    this.#gpu = gpu;
    this.type = type;
    this.vocabulary = vocabulary;
    const rowBytes = vocabulary * elementBytes({ type });
    this.#row = this.#buffer(rowBytes, USAGE.storage | USAGE.copySource | USAGE.copyTarget);
    this.#read = this.#buffer(Math.max(rowBytes, 8 * MOST_CANDIDATES), USAGE.mapRead | USAGE.copyTarget);
    const module = device.createShaderModule({ code: topLogitsShader(type, MOST_CANDIDATES) });
    this.#pipeline = device.createComputePipeline({ layout: 'auto', compute: { module, entryPoint: 'main' } });
    this.#passes = [];
    let [source, entries] = [this.#row, vocabulary];
    do {
      const groups = Math.ceil(entries / TILE);
      const best = this.#buffer(8 * MOST_CANDIDATES * groups, USAGE.storage | USAGE.copySource);
      const sizes = this.#buffer(8, USAGE.uniform | USAGE.copyTarget);
      device.queue.writeBuffer(sizes, 0, Uint32Array.of(entries, source === this.#row ? 1 : 0));
      const entriesOf = [source, best, sizes].map((buffer, binding) => ({ binding, resource: { buffer } }));
      const layout = this.#pipeline.getBindGroupLayout(0);
      this.#passes.push({ groups, binding: device.createBindGroup({ layout, entries: entriesOf }) });
      [source, entries] = [best, MOST_CANDIDATES * groups];
    } while (entries > MOST_CANDIDATES);
    this.#best = source;
  }

  /** The tensor to which the graph writes the row. */
  get output(): Tensor {
    return this.#gpu.Tensor.fromGpuBuffer(this.#row, { dataType: this.type, dims: [1, 1, this.vocabulary] });
  }

  /** The `count` highest logits; the ids of missing ones, in a smaller vocabulary, exceed it. */
  async top(count: number): Promise<TopLogits> {
    const encoder = this.#gpu.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(this.#pipeline);
    for (const { groups, binding } of this.#passes) {
      pass.setBindGroup(0, binding);
      pass.dispatchWorkgroups(groups);
    }
    pass.end();
    const found = new Uint32Array(await this.#readBack(encoder, this.#best, 8 * count));
    const values = new Uint32Array(count);
    const ids = new Uint32Array(count);
    for (let i = 0; i < count; i++) {
      values[i] = bitsOf(found[2 * i] as number);
      ids[i] = found[2 * i + 1] as number;
    }
    return { ids, values: new Float32Array(values.buffer) };
  }

  /** The bytes of the whole row. */
  row(): Promise<ArrayBuffer> {
    const bytes = this.vocabulary * elementBytes({ type: this.type });
    return this.#readBack(this.#gpu.device.createCommandEncoder(), this.#row, bytes);
  }

  /**
   * Whether the device finds what the processor finds in a row with many ties, so that a wrong sort is noticed. Leaves
   * zeros behind, which count as broken logits if the graph does not replace them.
   */
  async isRight(): Promise<boolean> {
    const { queue } = this.#gpu.device;
    const values = Float32Array.from({ length: this.vocabulary }, (_, id) => (Math.imul(id, SCATTER) >> 21) / 8);
    const row = this.type === 'float32' ? values : Uint16Array.from(values, toHalf);
    const bytes = new Uint8Array(Math.ceil(row.byteLength / 4) * 4);
    bytes.set(new Uint8Array(row.buffer));
    queue.writeBuffer(this.#row, 0, bytes);
    const count = Math.min(MOST_CANDIDATES, this.vocabulary);
    const { ids, values: found } = await this.top(count);
    queue.writeBuffer(this.#row, 0, bytes.fill(0));
    const value = (id: number): number => values[id] as number;
    const expected = Array.from(values.keys()).sort((a, b) => value(b) - value(a) || a - b);
    return ids.every((id, i) => id === expected[i] && found[i] === value(id));
  }

  destroy(): void {
    for (const buffer of this.#buffers) buffer.destroy();
  }

  async #readBack(encoder: GPUCommandEncoder, from: GPUBuffer, bytes: number): Promise<ArrayBuffer> {
    const size = Math.ceil(bytes / 4) * 4;
    encoder.copyBufferToBuffer(from, 0, this.#read, 0, size);
    this.#gpu.device.queue.submit([encoder.finish()]);
    await this.#read.mapAsync(MAP_READ, 0, size);
    const copy = this.#read.getMappedRange(0, size).slice(0, bytes);
    this.#read.unmap();
    return copy;
  }

  #buffer(bytes: number, usage: number): GPUBuffer {
    const buffer = gpuBuffer(this.#gpu.device, bytes, usage);
    this.#buffers.push(buffer);
    return buffer;
  }
}

/** The bits of a float from the key that the shader orders by. */
const bitsOf = (key: number): number => (key >= 0x80000000 ? key ^ 0x80000000 : ~key) >>> 0;
