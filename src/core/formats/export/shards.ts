import type { OnnxExternalData } from '../onnx/index.ts';
import type { FileSink, FolderSink, WrittenFile } from './sink.ts';

/** 32 MiB: a size that every static host and git accept. */
export const SHARD_BYTES = 33_554_432;
/** transformers.js asks for at most this many data files. */
const MAX_SHARDS = 100;
const ALIGNMENT = 64;

/** Size of the shards for about `total` bytes: 32 MiB unless that would make too many. */
export function shardSize(total: number): number {
  const fewest = Math.ceil(total / (MAX_SHARDS * 0.9) / 2 ** 20) * 2 ** 20;
  return Math.max(SHARD_BYTES, fewest);
}

/**
 * Writes tensors one after another into data files next to an ONNX model (`X.onnx_data`, `X.onnx_data_1`, …). No tensor
 * spans two files; one larger than a shard gets its own file.
 */
export class ShardWriter {
  readonly files: WrittenFile[] = [];
  #file: FileSink | undefined;
  #filled = 0;
  #count: number;
  readonly #folder: FolderSink;
  readonly #directory: string;
  readonly #model: string;
  readonly #maxBytes: number;

  constructor(
    folder: FolderSink,
    /** Folder of the model inside `folder`, e.g. `onnx/`. */
    directory: string,
    /** Name of the model file, e.g. `model_q4.onnx`. */
    model: string,
    maxBytes: number,
    /** Number of data files that the model already has. */
    first = 0,
  ) {
    this.#folder = folder;
    this.#directory = directory;
    this.#model = model;
    this.#maxBytes = maxBytes;

    this.#count = first;
  }

  /** Number of data files, up to the one that was started last. */
  get shards(): number {
    return this.#count;
  }

  /** Appends a tensor of exactly `length` bytes and returns its location. */
  async append(length: number, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<OnnxExternalData> {
    let offset = Math.ceil(this.#filled / ALIGNMENT) * ALIGNMENT;
    if (this.#file && offset + length > this.#maxBytes) await this.#closeFile();
    if (!this.#file) {
      this.#file = await this.#folder.create(this.#directory + this.#location(this.#count++));
      this.#filled = offset = 0;
    }
    if (offset > this.#filled) await this.#file.write(new Uint8Array(offset - this.#filled));
    let written = 0;
    for await (const chunk of chunks) {
      await this.#file.write(chunk);
      written += chunk.length;
    }
    if (written !== length) throw new Error(`A tensor of ${length} bytes was given ${written}.`);
    this.#filled = offset + length;
    return { location: this.#location(this.#count - 1), offset, length };
  }

  async finish(): Promise<void> {
    await this.#closeFile();
  }

  async #closeFile(): Promise<void> {
    if (this.#file) this.files.push(await this.#file.close());
    this.#file = undefined;
    this.#filled = 0;
  }

  #location(index: number): string {
    return index === 0 ? `${this.#model}_data` : `${this.#model}_data_${index}`;
  }
}
