import type { Tensor } from 'onnxruntime-common';
import { toHalf } from '../../core/formats/float.ts';
import { seededRandom } from '../../core/random/xoshiro128.ts';
import { BUFFER_USAGE as USAGE, gpuBuffer, GpuReader, type GpuRuntime, GrowingBuffer } from './gpu-buffer.ts';
import { elementBytes } from './kv-cache.ts';
import {
  type LogitsReader,
  type LogitsRow,
  readRow,
  type StepLogits,
  type WantedLogits,
  widenHalf,
} from './logits-reader.ts';
import { highestOf, isSorted, MOST_CANDIDATES, PAIR_BYTES, type TopLogits } from './top-candidates.ts';
import type { Vocabulary } from './vocabulary-files.ts';
import { VOCABULARY_TILE, vocabularyShader } from './vocabulary.wgsl.ts';

/** Weights are copied to the graphics device in pieces, so that they are never in main memory as a whole. */
const PIECE_BYTES = 16 * 2 ** 20;

/** Positions for which there is room at first: those of a prompt's longest step. */
const FIRST_POSITIONS = 128;

const COPIED = USAGE.storage | USAGE.copySource | USAGE.copyTarget;

/** Weights of the shader: gamma as 32-bit floats, codes, scales. */
type Weights = readonly [GPUBuffer, GPUBuffer, GPUBuffer];

/**
 * The vocabulary of a graph for WebGPU, on the graphics device: the graph looks ids up in it and leaves what its last
 * layer computed, and one shader makes logits of that and finds the highest ones. ONNX Runtime would take four steps
 * (docs/benchmarks/engines.md).
 */
export class GpuVocabulary implements LogitsReader, LogitsRow {
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly vocabulary: number;
  readonly #gpu: GpuRuntime;
  readonly #about: Vocabulary;
  readonly #weights: Weights;
  readonly #residual: GrowingBuffer;
  readonly #branch: GrowingBuffer;
  readonly #logits: GrowingBuffer;
  readonly #best: GPUBuffer;
  readonly #step: GPUBuffer;
  readonly #reader: GpuReader;
  readonly #pipeline: GPUComputePipeline;
  readonly #tiles: number;
  /** What the shader was bound to last. */
  #bound: { buffers: readonly GPUBuffer[]; group: GPUBindGroup } | undefined;
  /** What the shader's step was last. */
  #written: string | undefined;
  /** Positions of the graph's last step. */
  #positions = 0;
  /** Whether the device sorts rightly. */
  #sorts = true;

  private constructor(gpu: GpuRuntime, about: Vocabulary, weights: Weights) {
    const { device, Tensor } = gpu;
    const { entries, codes, scales, type } = about;
    this.#gpu = gpu;
    this.#about = about;
    this.#weights = weights;
    this.vocabulary = entries;
    this.#tiles = Math.ceil(entries / VOCABULARY_TILE);
    this.#residual = new GrowingBuffer(device, COPIED);
    this.#branch = new GrowingBuffer(device, COPIED);
    this.#logits = new GrowingBuffer(device, USAGE.storage | USAGE.copySource);
    this.#best = gpuBuffer(device, this.#tiles * MOST_CANDIDATES * PAIR_BYTES, USAGE.storage | USAGE.copySource);
    this.#step = gpuBuffer(device, 8, USAGE.uniform | USAGE.copyTarget);
    this.#reader = new GpuReader(device);
    const module = device.createShaderModule({ code: vocabularyShader(about) });
    this.#pipeline = device.createComputePipeline({ layout: 'auto', compute: { module, entryPoint: 'main' } });
    this.inputs = {
      [codes.name]: Tensor.fromGpuBuffer(weights[1], { dataType: 'uint8', dims: [...codes.dims] }),
      [scales.name]: Tensor.fromGpuBuffer(weights[2], { dataType: type, dims: [...scales.dims, 1] }),
    };
  }

  /** Copies the weights to the device, and tests how it sorts. */
  static async load(gpu: GpuRuntime, about: Vocabulary): Promise<GpuVocabulary> {
    const { gamma, codes, scales, type } = about;
    const values = await gamma.bytes.arrayBuffer();
    const floats = type === 'float16' ? widenHalf(new Uint16Array(values)) : new Float32Array(values);
    const owned: { destroy: () => void }[] = [];
    try {
      const weights: GPUBuffer[] = [];
      for (const bytes of [new Blob([floats]), codes.bytes, scales.bytes]) {
        const buffer = gpuBuffer(gpu.device, bytes.size, COPIED);
        owned.push(buffer);
        weights.push(buffer);
        for (let from = 0; from < bytes.size; from += PIECE_BYTES)
          gpu.device.queue.writeBuffer(buffer, from, await wholeWords(bytes.slice(from, from + PIECE_BYTES)));
      }
      const vocabulary = new GpuVocabulary(gpu, about, weights as unknown as Weights);
      owned.push(vocabulary);
      vocabulary.#sorts = await vocabulary.#isSorting();
      return vocabulary;
    } catch (error) {
      for (const each of owned) each.destroy();
      throw error;
    }
  }

  outputs(positions: number): Record<string, Tensor> {
    const { residual, branch, width, type } = this.#about;
    const about = { dataType: type, dims: [1, positions, width] };
    const [left, added] = this.#state(positions);
    return {
      [residual]: this.#gpu.Tensor.fromGpuBuffer(left, about),
      [branch]: this.#gpu.Tensor.fromGpuBuffer(added, about),
    };
  }

  async read(_outputs: unknown, positions: number, wanted: WantedLogits): Promise<StepLogits> {
    this.#positions = positions;
    const { vocabulary } = this;
    if (wanted === 'all') return { data: await this.#rows(0, positions), rows: positions, vocabulary };
    return readRow(this, this.#sorts || wanted === 'none' ? wanted : 'last');
  }

  async top(count: number): Promise<TopLogits> {
    return highestOf(await this.#bestOfTiles(this.#positions - 1, count), count);
  }

  row(): Promise<Float32Array> {
    return this.#rows(this.#positions - 1, 1);
  }

  destroy(): void {
    const owned = [this.#residual, this.#branch, this.#logits, this.#best, this.#step, this.#reader, ...this.#weights];
    for (const each of owned) each.destroy();
  }

  /** Whether the device sorts as the processor does: the logits of a random state, and equal ones. */
  async #isSorting(): Promise<boolean> {
    const { hiddenSize, width, type } = this.#about;
    const { queue } = this.#gpu.device;
    const [residual, branch] = this.#state(2);
    const random = seededRandom(hiddenSize);
    const put = (buffer: GPUBuffer, valueAt: (at: number) => number): void => {
      const values = Float32Array.from({ length: 2 * width }, (_, i) => valueAt(i));
      queue.writeBuffer(buffer, 0, type === 'float32' ? values : Uint16Array.from(values, toHalf));
    };
    put(branch, () => 0);
    put(residual, (i) => (i < width ? random() - 0.5 : 0));
    let right = true;
    for (const position of [0, 1]) {
      const row = await this.#rows(position, 1);
      const pairs = await this.#bestOfTiles(position, MOST_CANDIDATES);
      right &&= isSorted(row, pairs, VOCABULARY_TILE, MOST_CANDIDATES);
    }
    // The logits of zeros count as broken if the graph does not replace them.
    put(residual, () => 0);
    return right;
  }

  /** Where the graph leaves the state of so many positions. */
  #state(positions: number): [GPUBuffer, GPUBuffer] {
    const { width, type } = this.#about;
    const bytes = Math.max(positions, FIRST_POSITIONS) * width * elementBytes({ type });
    return [this.#residual.of(bytes), this.#branch.of(bytes)];
  }

  /** Pairs of a key and an id of one position: the `count` highest of the first tile, in order, then the second. */
  async #bestOfTiles(position: number, count: number): Promise<Uint32Array> {
    const { encoder } = this.#encode(position, 1, count);
    return new Uint32Array(await this.#reader.read(encoder, this.#best, this.#tiles * count * PAIR_BYTES));
  }

  /** Logits of `count` positions from `position` on. */
  async #rows(position: number, count: number): Promise<Float32Array> {
    const { encoder, logits } = this.#encode(position, count, 0);
    return new Float32Array(await this.#reader.read(encoder, logits, 4 * count * this.vocabulary));
  }

  #encode(position: number, count: number, kept: number): { encoder: GPUCommandEncoder; logits: GPUBuffer } {
    const { device } = this.#gpu;
    const logits = this.#logits.of(4 * count * this.vocabulary);
    const step = `${position} ${kept}`;
    if (step !== this.#written) device.queue.writeBuffer(this.#step, 0, Uint32Array.of(position, kept));
    this.#written = step;
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(this.#pipeline);
    pass.setBindGroup(0, this.#bind(logits));
    pass.dispatchWorkgroups(this.#tiles, count);
    pass.end();
    return { encoder, logits };
  }

  #bind(logits: GPUBuffer): GPUBindGroup {
    const buffers = [...this.#state(0), ...this.#weights, logits, this.#best, this.#step];
    if (this.#bound?.buffers.every((buffer, i) => buffer === buffers[i])) return this.#bound.group;
    const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
    const group = this.#gpu.device.createBindGroup({ layout: this.#pipeline.getBindGroupLayout(0), entries });
    this.#bound = { buffers, group };
    return group;
  }
}

/** The bytes of a piece, with zeros up to a multiple of 4, in which WebGPU writes. */
async function wholeWords(piece: Blob): Promise<ArrayBuffer> {
  const bytes = await piece.arrayBuffer();
  if (bytes.byteLength % 4 === 0) return bytes;
  const padded = new Uint8Array(Math.ceil(bytes.byteLength / 4) * 4);
  padded.set(new Uint8Array(bytes));
  return padded.buffer;
}
