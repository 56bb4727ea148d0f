import type { Tensor } from 'onnxruntime-common';
import { toHalf } from '../../core/formats/float.ts';
import { BUFFER_USAGE as USAGE, gpuBuffer, GpuReader, type GpuRuntime } from './gpu-buffer.ts';
import { elementBytes } from './kv-cache.ts';
import {
  type LogitsReader,
  type LogitsRow,
  readRow,
  type StepLogits,
  tensorLogits,
  type WantedLogits,
  widenHalf,
} from './logits-reader.ts';
import { highestOf, isSorted, MOST_CANDIDATES, PAIR_BYTES, type TopLogits } from './top-candidates.ts';
import { TILE, topLogitsShader } from './top-logits.wgsl.ts';

/** Multiplying ids by it scatters them (Knuth's multiplicative hashing). */
const SCATTER = 0x9e3779b1;

/**
 * A row of logits that stays on the graphics device, where the decoder's graph writes it. Only the highest of each tile
 * are read back, some hundred bytes to some kilobytes instead of 4 for each entry of the vocabulary: a second step on
 * the device, which would choose among the tiles, costs more than these bytes.
 */
export class GpuLogits implements LogitsReader, LogitsRow {
  readonly inputs = {};
  readonly vocabulary: number;
  readonly type: 'float32' | 'float16';
  readonly #gpu: GpuRuntime;
  readonly #buffers: GPUBuffer[] = [];
  readonly #row: GPUBuffer;
  readonly #best: GPUBuffer;
  readonly #sizes: GPUBuffer;
  readonly #reader: GpuReader;
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
    this.#row = this.#buffer(vocabulary * elementBytes({ type }), USAGE.storage | USAGE.copySource | USAGE.copyTarget);
    this.#best = this.#buffer(this.#tiles * MOST_CANDIDATES * PAIR_BYTES, USAGE.storage | USAGE.copySource);
    this.#sizes = this.#buffer(8, USAGE.uniform | USAGE.copyTarget);
    this.#reader = new GpuReader(device);
    const module = device.createShaderModule({ code: topLogitsShader(type) });
    this.#pipeline = device.createComputePipeline({ layout: 'auto', compute: { module, entryPoint: 'main' } });
    const entries = [this.#row, this.#best, this.#sizes].map((buffer, binding) => ({ binding, resource: { buffer } }));
    this.#binding = device.createBindGroup({ layout: this.#pipeline.getBindGroupLayout(0), entries });
  }

  /** The tensor to which the graph writes the row. */
  get output(): Tensor {
    return this.#gpu.Tensor.fromGpuBuffer(this.#row, { dataType: this.type, dims: [1, 1, this.vocabulary] });
  }

  outputs(_rows: number, wanted: WantedLogits): Record<string, Tensor> {
    return wanted === 'all' ? {} : { logits: this.output };
  }

  read(outputs: Readonly<Record<string, Tensor>>, rows: number, wanted: WantedLogits): Promise<StepLogits> {
    return wanted === 'all' ? tensorLogits.read(outputs, rows, wanted) : readRow(this, wanted);
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
    return new Uint32Array(await this.#reader.read(encoder, this.#best, this.#tiles * count * PAIR_BYTES));
  }

  async row(): Promise<Float32Array> {
    const bytes = this.vocabulary * elementBytes({ type: this.type });
    const row = await this.#reader.read(this.#gpu.device.createCommandEncoder(), this.#row, bytes);
    return this.type === 'float16' ? widenHalf(new Uint16Array(row)) : new Float32Array(row);
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
    return isSorted(values, found, TILE, MOST_CANDIDATES);
  }

  destroy(): void {
    this.#reader.destroy();
    for (const buffer of this.#buffers) buffer.destroy();
  }

  #buffer(bytes: number, usage: number): GPUBuffer {
    const buffer = gpuBuffer(this.#gpu.device, bytes, usage);
    this.#buffers.push(buffer);
    return buffer;
  }
}
