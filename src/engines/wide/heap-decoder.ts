import { LENGTH_INPUTS } from '../../core/formats/export/ends.ts';
import { keptPositions } from '../../core/tokenizer/common-prefix.ts';
import type { Decoder } from '../transformers/kv-decoder.ts';
import type { StepLogits, WantedLogits } from '../transformers/logits-reader.ts';
import {
  allocate,
  bytes,
  check,
  type ExternalFile,
  FLOAT32,
  INT32,
  INT64,
  integers,
  ON_CPU,
  openHeapSession,
  text,
  type OrtHeap,
} from './ort-heap.ts';

interface DecoderSizes {
  layers: number;
  kvHeads: number;
  headDim: number;
  vocabSize: number;
  /** The context window, beyond which no cache grows. */
  contextLength: number;
}

/** The cache has room for a multiple of this many positions; copying it when it grows costs little beside computing. */
const CACHE_STEP = 256;

/**
 * One sequence on a decoder graph of this lab whose KV cache stays in the Wasm heap and is written in place: the same
 * buffer is a layer's past and its present (GroupQueryAttention's shared buffer), so a step copies nothing but its
 * tokens and its logits.
 */
export class HeapDecoder implements Decoder {
  readonly keepsLogits = true;
  #heap: OrtHeap;
  #session: number;
  #sizes: DecoderSizes;
  #ids: number[] = [];
  /** Addresses of the keys and values, layer by layer. */
  #caches: number[] = [];
  #positions = 0;
  #inputNames: number[];
  #outputNames: number[];

  /**
   * Opens a graph of `DecoderBuilder` that is given its lengths; its weights are in `file`.
   * @throws {Error} with ONNX Runtime's message; see `runtimeFault`.
   */
  static async open(
    heap: OrtHeap,
    { graph, location }: { graph: Uint8Array; location: string },
    file: ExternalFile,
    sizes: DecoderSizes,
  ): Promise<HeapDecoder> {
    return new HeapDecoder(heap, await openHeapSession(heap, graph, location, file), sizes);
  }

  private constructor(heap: OrtHeap, session: number, sizes: DecoderSizes) {
    this.#heap = heap;
    this.#session = session;
    this.#sizes = sizes;
    const layers = Array.from({ length: sizes.layers }, (_, layer) => layer);
    const parts = (prefix: string) => layers.flatMap((i) => [`${prefix}.${i}.key`, `${prefix}.${i}.value`]);
    const names = (list: string[]) => list.map((name) => text(heap, name));
    this.#inputNames = names(['input_ids', ...LENGTH_INPUTS, 'num_logits_to_keep', ...parts('past_key_values')]);
    this.#outputNames = names(['logits', ...parts('present')]);
  }

  async step(ids: readonly number[], logits: WantedLogits): Promise<StepLogits> {
    const heap = this.#heap;
    const past = this.#ids.length;
    const total = past + ids.length;
    const { kvHeads, headDim } = this.#sizes;
    const owned: number[] = [];
    const tensors: number[] = [];
    const tensor = (type: number, data: number, size: number, dims: number[]): number => {
      const shape = integers(heap, dims);
      const handle = heap._OrtCreateTensor(type, data, size, shape, dims.length, ON_CPU);
      heap._free(shape);
      check(heap, handle === 0 ? 1 : 0, 'make a tensor');
      tensors.push(handle);
      return handle;
    };
    const input = (type: number, values: BigInt64Array | Int32Array, dims: number[]): number => {
      const data = allocate(heap, values.byteLength);
      owned.push(data);
      bytes(heap).set(new Uint8Array(values.buffer), data);
      return tensor(type, data, values.byteLength, dims);
    };
    let result = 0;
    try {
      this.#reserve(total);
      const shape = [1, kvHeads, this.#positions, headDim];
      const caches = this.#caches.map((data) => tensor(FLOAT32, data, this.#cacheBytes(this.#positions), shape));
      const inputs = [
        input(INT64, BigInt64Array.from(ids, BigInt), [1, ids.length]),
        input(INT32, Int32Array.of(total - 1), [1]),
        input(INT32, Int32Array.of(total), []),
        input(INT64, BigInt64Array.of(logits === 'all' ? 0n : 1n), []),
        ...caches,
      ];
      const [inputNames, inputList, outputNames, outputList] = [
        this.#inputNames,
        inputs,
        this.#outputNames,
        [0, ...caches],
      ].map((list) => integers(heap, list)) as [number, number, number, number];
      owned.push(inputNames, inputList, outputNames, outputList);
      const code = await heap._OrtRun(
        this.#session,
        inputNames,
        inputList,
        inputs.length,
        outputNames,
        1 + caches.length,
        outputList,
        0,
      );
      result = heap.getValue(outputList, '*');
      check(heap, code, 'compute a step');
      const rows = logits === 'all' ? ids.length : logits === 'none' ? 0 : 1;
      const data = this.#floats(result, rows * this.#sizes.vocabSize);
      this.#ids.push(...ids);
      return { data, rows, vocabulary: this.#sizes.vocabSize };
    } catch (error) {
      // A partial step is not a state to continue from.
      this.clear();
      throw error;
    } finally {
      for (const handle of tensors) heap._OrtReleaseTensor(handle);
      if (result !== 0) heap._OrtReleaseTensor(result);
      for (const address of owned) heap._free(address);
    }
  }

  keepPrefix(ids: readonly number[]): Promise<number> {
    const kept = keptPositions(this.#ids, ids);
    this.#ids.length = kept;
    return Promise.resolve(kept);
  }

  clear(): void {
    for (const address of this.#caches) this.#heap._free(address);
    this.#caches = [];
    this.#positions = 0;
    this.#ids = [];
  }

  /** Frees the cache, the session and its weights. */
  release(): Promise<void> {
    this.clear();
    this.#heap._OrtReleaseSession(this.#session);
    return Promise.resolve();
  }

  /** Copies `count` floats of a tensor. */
  #floats(handle: number, count: number): Float32Array {
    const heap = this.#heap;
    const place = allocate(heap, 16);
    try {
      check(heap, heap._OrtGetTensorData(handle, place, place + 4, place + 8, place + 12), 'read the logits');
      const data = heap.getValue(place + 4, '*');
      heap._OrtFree(heap.getValue(place + 8, '*'));
      const { buffer } = bytes(heap);
      return new Float32Array(buffer, data, count).slice();
    } finally {
      heap._free(place);
    }
  }

  #cacheBytes(positions: number): number {
    return 4 * this.#sizes.kvHeads * this.#sizes.headDim * positions;
  }

  /** Makes room for `positions`, layer by layer, so that at most one cache is there twice. */
  #reserve(positions: number): void {
    if (positions <= this.#positions) return;
    const { kvHeads, headDim, layers, contextLength } = this.#sizes;
    const next = Math.max(positions, Math.min(CACHE_STEP * Math.ceil(positions / CACHE_STEP), contextLength));
    const used = 4 * headDim * this.#ids.length;
    for (let i = 0; i < 2 * layers; i++) {
      const fresh = allocate(this.#heap, this.#cacheBytes(next));
      const old = this.#caches[i];
      if (old !== undefined) {
        const view = bytes(this.#heap);
        for (let head = 0; head < kvHeads; head++) {
          const from = old + 4 * headDim * this.#positions * head;
          view.copyWithin(fresh + 4 * headDim * next * head, from, from + used);
        }
        this.#heap._free(old);
      }
      this.#caches[i] = fresh;
    }
    this.#positions = next;
  }
}
