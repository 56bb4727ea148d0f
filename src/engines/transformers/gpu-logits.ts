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

/** Bytes of a key and an id in the shader. */
const PAIR_BYTES = 8;

/** The highest logits of a row with their ids, highest first; of equal ones the lowest id first. */
export interface TopLogits {
  ids: Uint32Array;
  values: Float32Array;
}

/**
 * A row of logits that stays on the graphics device, where the decoder's graph writes it. Only the highest of each tile
 * are read back, some hundred bytes to some kilobytes instead of 4 for each entry of the vocabulary: a second step on
 * the device, which would choose among the tiles, costs more than these bytes.
 */
export class GpuLogits {
  readonly vocabulary: number;
  readonly type: 'float32' | 'float16';
  readonly #gpu: GpuRuntime;
  readonly #buffers: GPUBuffer[] = [];
  readonly #row: GPUBuffer;
  readonly #read: GPUBuffer;
  readonly #best: GPUBuffer;
  readonly #sizes: GPUBuffer;
  readonly #pipeline: GPUComputePipeline;
  readonly #binding: GPUBindGroup;
  readonly #tiles: number;
  /** How many entries of a tile the shader keeps now. */
  #kept = 0;

  constructor(gpu: GpuRuntime, type: 'float32' | 'float16', vocabulary: number) {
    const { device } = gpu;
    this.#gpu = gpu;
    this.type = type;
    this.vocabulary = vocabulary;
    this.#tiles = Math.ceil(vocabulary / TILE);
    const rowBytes = vocabulary * elementBytes({ type });
    const bestBytes = this.#tiles * MOST_CANDIDATES * PAIR_BYTES;
    this.#row = this.#buffer(rowBytes, USAGE.storage | USAGE.copySource | USAGE.copyTarget);
    this.#read = this.#buffer(Math.max(rowBytes, bestBytes), USAGE.mapRead | USAGE.copyTarget);
    this.#best = this.#buffer(bestBytes, USAGE.storage | USAGE.copySource);
    this.#sizes = this.#buffer(8, USAGE.uniform | USAGE.copyTarget);
    const module = device.createShaderModule({ code: topLogitsShader(type) });
    this.#pipeline = device.createComputePipeline({ layout: 'auto', compute: { module, entryPoint: 'main' } });
    const entries = [this.#row, this.#best, this.#sizes].map((buffer, binding) => ({ binding, resource: { buffer } }));
    this.#binding = device.createBindGroup({ layout: this.#pipeline.getBindGroupLayout(0), entries });
  }

  /** The tensor to which the graph writes the row. */
  get output(): Tensor {
    return this.#gpu.Tensor.fromGpuBuffer(this.#row, { dataType: this.type, dims: [1, 1, this.vocabulary] });
  }

  /** The `count` highest logits; the ids of missing ones, in a smaller vocabulary, exceed it. */
  async top(count: number): Promise<TopLogits> {
    return highestOf(await this.#bestOfTiles(count), count);
  }

  /** Pairs of a key and an id: the `count` highest of the first tile, in order, then those of the second. */
  async #bestOfTiles(count: number): Promise<Uint32Array> {
    const { device } = this.#gpu;
    if (this.#kept !== count) {
      this.#kept = count;
      device.queue.writeBuffer(this.#sizes, 0, Uint32Array.of(this.vocabulary, count));
    }
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(this.#pipeline);
    pass.setBindGroup(0, this.#binding);
    pass.dispatchWorkgroups(this.#tiles);
    pass.end();
    return new Uint32Array(await this.#readBack(encoder, this.#best, this.#tiles * count * PAIR_BYTES));
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
    const values = Float32Array.from({ length: this.vocabulary }, (_, id) => (Math.imul(id, SCATTER) >> 22) / 8);
    const row = this.type === 'float32' ? values : Uint16Array.from(values, toHalf);
    const bytes = new Uint8Array(Math.ceil(row.byteLength / 4) * 4);
    bytes.set(new Uint8Array(row.buffer));
    queue.writeBuffer(this.#row, 0, bytes);
    const found = await this.#bestOfTiles(MOST_CANDIDATES);
    queue.writeBuffer(this.#row, 0, bytes.fill(0));
    const value = (id: number): number => values[id] as number;
    return Array.from({ length: this.#tiles }, (_, tile) => {
      const from = tile * TILE;
      const ids = Array.from({ length: Math.min(TILE, this.vocabulary - from) }, (_, i) => from + i);
      const expected = ids.sort((a, b) => value(b) - value(a) || a - b).slice(0, MOST_CANDIDATES);
      const pairs = found.subarray(2 * tile * MOST_CANDIDATES);
      const { ids: ordered, values: logits } = logitsOf(pairs, Array.from(expected.keys()));
      return expected.every((id, i) => id === ordered[i] && value(id) === logits[i]);
    }).every(Boolean);
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

const keyOf = (pairs: Uint32Array, at: number): number => pairs[2 * at] as number;
const idOf = (pairs: Uint32Array, at: number): number => pairs[2 * at + 1] as number;

/** The highest of pairs of a key and an id. */
function highestOf(pairs: Uint32Array, count: number): TopLogits {
  const order = Array.from({ length: pairs.length / 2 }, (_, at) => at);
  order.sort((a, b) => keyOf(pairs, b) - keyOf(pairs, a) || idOf(pairs, a) - idOf(pairs, b));
  return logitsOf(pairs, order.slice(0, count));
}

function logitsOf(pairs: Uint32Array, order: number[]): TopLogits {
  const values = Uint32Array.from(order, (at) => bitsOf(keyOf(pairs, at)));
  return { ids: Uint32Array.from(order, (at) => idOf(pairs, at)), values: new Float32Array(values.buffer) };
}

/** The bits of a float from the key that the shader orders by. */
const bitsOf = (key: number): number => (key >= 0x80000000 ? key ^ 0x80000000 : ~key) >>> 0;
