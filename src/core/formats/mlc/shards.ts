import { md5 } from '@noble/hashes/legacy.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { FileSink, FolderSink, WrittenFile } from '../export/sink.ts';
import { SHARD_BYTES } from '../export/shards.ts';
import type { MlcRecord, MlcShard } from './index-file.ts';

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/**
 * Writes tensors into `params_shard_<n>.bin` of at most 32 MiB. Small ones wait in memory until a file is full; one of
 * half a file or more is streamed to its own file, so that at most one file waits in memory.
 */
export class MlcShardWriter {
  readonly shards: MlcShard[] = [];
  readonly files: WrittenFile[] = [];
  #waiting: { record: MlcRecord; bytes: Uint8Array }[] = [];
  #filled = 0;
  readonly #folder: FolderSink;
  readonly #capacity: number;

  constructor(folder: FolderSink, capacity = SHARD_BYTES) {
    this.#folder = folder;
    this.#capacity = capacity;
  }

  /** Appends a tensor of exactly `nbytes` bytes. */
  async append(tensor: Omit<MlcRecord, 'byteOffset'>, chunks: Chunks): Promise<void> {
    const { nbytes } = tensor;
    if (2 * nbytes >= this.#capacity) return this.#writeFile([{ ...tensor, byteOffset: 0 }], chunks);
    if (this.#filled + nbytes >= this.#capacity) await this.#flush();
    this.#waiting.push({ record: { ...tensor, byteOffset: this.#filled }, bytes: await joined(chunks, nbytes) });
    this.#filled += nbytes;
  }

  /** Writes the tensors that are still waiting. */
  async finish(): Promise<void> {
    await this.#flush();
  }

  async #flush(): Promise<void> {
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    [this.#waiting, this.#filled] = [[], 0];
    await this.#writeFile(
      waiting.map(({ record }) => record),
      waiting.map(({ bytes }) => bytes),
    );
  }

  async #writeFile(records: MlcRecord[], chunks: Chunks): Promise<void> {
    const dataPath = `params_shard_${this.shards.length}.bin`;
    const nbytes = records.reduce((sum, record) => sum + record.nbytes, 0);
    const shard: MlcShard = { dataPath, format: 'raw-shard', nbytes, records, md5sum: '' };
    this.shards.push(shard);
    const file: FileSink = await this.#folder.create(dataPath);
    const hash = md5.create();
    for await (const chunk of chunks) {
      hash.update(chunk);
      await file.write(chunk);
    }
    const written = await file.close();
    if (written.bytes !== nbytes) throw new Error(`${dataPath} should hold ${nbytes} bytes and has ${written.bytes}.`);
    shard.md5sum = bytesToHex(hash.digest());
    this.files.push(written);
  }
}

async function joined(chunks: Chunks, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let at = 0;
  for await (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  if (at !== length) throw new Error(`A tensor of ${length} bytes was given ${at}.`);
  return bytes;
}
