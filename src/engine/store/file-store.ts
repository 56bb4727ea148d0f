import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { LabError, throwIfCancelled } from '../../error.ts';
import { missingFile, type ModelFile, type ModelFiles } from '../files.ts';
import type { ModelDatabase, StoredFile } from './database.ts';
import type { Vault } from './vault.ts';

/** Files are stored in pieces of this size, so that a download goes on where it stopped and nothing is rewritten. */
export const SEGMENT_BYTES = 16 * 2 ** 20;

export interface WriteOptions {
  /** Refuse the file, and keep none of it, when its hash differs. */
  sha256?: string;
  /** Bytes of this file that are stored. */
  onProgress?: (storedBytes: number) => void;
  signal?: AbortSignal;
}

/** Model files on this device: bytes in a vault, their index in IndexedDB. */
export class FileStore {
  readonly #vault: Vault;
  readonly #database: ModelDatabase;
  readonly #segmentBytes: number;

  constructor(vault: Vault, database: ModelDatabase, segmentBytes = SEGMENT_BYTES) {
    this.#vault = vault;
    this.#database = database;
    this.#segmentBytes = segmentBytes;
  }

  files(model: string): Promise<StoredFile[]> {
    return this.#database.getAllFromIndex('files', 'model', model);
  }

  async complete(model: string): Promise<StoredFile[]> {
    return (await this.files(model)).filter((file) => file.complete);
  }

  file(model: string, path: string): Promise<StoredFile | undefined> {
    return this.#database.get('files', [model, path]);
  }

  /** Bytes on this device, whole and partial files. */
  async storedBytes(model: string): Promise<number> {
    return (await this.files(model)).reduce((sum, file) => sum + sumOf(file.segments), 0);
  }

  async remove(model: string): Promise<void> {
    // First the index: a half-removed model must not look whole.
    const transaction = this.#database.transaction('files', 'readwrite');
    for (const key of await transaction.store.index('model').getAllKeys(model)) await transaction.store.delete(key);
    await transaction.done;
    await this.#vault.clear(model);
  }

  async removeFile(model: string, path: string): Promise<void> {
    await this.#database.delete('files', [model, path]);
    await this.#vault.clear(`${model}/${path}`);
  }

  /** The stored bytes of a file as one lazily read blob. */
  async open(model: string, path: string): Promise<Blob> {
    const file = await this.file(model, path);
    if (!file?.complete) throw missingFile(model, path);
    return this.#join(file);
  }

  /** A model's complete files, for an engine. */
  async modelFiles(model: string, name: string): Promise<ModelFiles> {
    const list: ModelFile[] = (await this.complete(model)).map(({ path, bytes, sha256 }) => ({ path, bytes, ...(sha256 ? { sha256 } : {}) }));
    return { name, list, open: (path) => this.open(model, path), ensure: () => Promise.resolve() };
  }

  /**
   * Appends a stream to what is stored of a file and completes it. `bytes`: of the whole file, 0 if unknown; a stream
   * that ends early leaves what came and rejects. Throws `hash-mismatch`, `quota`, `network` or `cancelled`.
   */
  async append(
    start: { model: string; path: string; bytes: number; version?: string },
    stream: ReadableStream<Uint8Array>,
    { sha256: expected, onProgress, signal }: WriteOptions = {},
  ): Promise<void> {
    const { model, path } = start;
    const file: StoredFile = (await this.file(model, path)) ?? { ...start, segments: [], complete: false };
    file.bytes = start.bytes || file.bytes;
    if (start.version) file.version = start.version;
    let stored = sumOf(file.segments);
    let buffer: Uint8Array<ArrayBuffer>[] = [];
    let buffered = 0;

    const flush = async () => {
      if (buffered === 0) return;
      await this.#vault.put(segmentKey(file, file.segments.length), new Blob(buffer));
      file.segments.push(buffered);
      stored += buffered;
      buffer = [];
      buffered = 0;
      await this.#database.put('files', file);
    };

    const reader = stream.getReader();
    try {
      for (;;) {
        throwIfCancelled(signal);
        const { done, value } = await reader.read();
        if (done) break;
        buffer.push(value as Uint8Array<ArrayBuffer>);
        buffered += value.byteLength;
        if (buffered >= this.#segmentBytes) await flush();
        onProgress?.(stored + buffered);
      }
    } catch (error) {
      await flush().catch(() => {});
      throw LabError.from(error, { code: 'network', where: path, what: 'The transfer was cut off', todo: 'Try again: it goes on where it stopped.' });
    } finally {
      void reader.cancel().catch(() => {});
    }
    await flush();
    await this.#finish(file, expected, signal);
  }

  async #finish(file: StoredFile, expected: string | undefined, signal?: AbortSignal): Promise<void> {
    const stored = sumOf(file.segments);
    if (file.bytes > 0 && stored !== file.bytes) {
      if (stored > file.bytes) await this.removeFile(file.model, file.path);
      throw new LabError({
        code: 'network',
        where: file.path,
        what: `${stored} bytes came where ${file.bytes} were expected.`,
        todo: 'Try again: a transfer that was cut off goes on where it stopped.',
      });
    }
    if (expected) {
      const actual = await hashBlob(await this.#join(file), signal);
      if (actual !== expected.toLowerCase()) {
        await this.removeFile(file.model, file.path);
        throw new LabError({
          code: 'hash-mismatch',
          where: file.path,
          what: `Its SHA-256 is ${actual}, but the manifest says ${expected}; the file was not kept.`,
          todo: 'Take the file again; if it happens twice, the file or the manifest at its source is wrong.',
        });
      }
      file.sha256 = actual;
    }
    file.bytes = stored;
    file.complete = true;
    await this.#database.put('files', file);
  }

  async #join(file: StoredFile): Promise<Blob> {
    const parts: Blob[] = [];
    for (const [i, bytes] of file.segments.entries()) {
      const part = await this.#vault.get(segmentKey(file, i));
      if (part?.size !== bytes) {
        await this.removeFile(file.model, file.path);
        throw missingFile(file.model, file.path);
      }
      parts.push(part);
    }
    return new Blob(parts);
  }
}

function segmentKey(file: StoredFile, index: number): string {
  return `${file.model}/${file.path}/${index}`;
}

function sumOf(values: number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

/** SHA-256 of a blob in lower-case hexadecimal, read a piece at a time. */
export async function hashBlob(blob: Blob, signal?: AbortSignal): Promise<string> {
  const hash = sha256.create();
  const reader = blob.stream().getReader();
  for (;;) {
    throwIfCancelled(signal);
    const { done, value } = await reader.read();
    if (done) return bytesToHex(hash.digest());
    hash.update(value);
  }
}
