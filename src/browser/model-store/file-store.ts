import { LazyMap } from '../../core/async/memoised.ts';
import { LabError, throwIfCancelled } from '../../core/error.ts';
import type { ModelFile, ModelFiles, OpenFile } from '../../core/engine/files.ts';
import { MANIFEST_NAME } from '../../core/formats/manifest.ts';
import type { BlobStore } from './blob-store.ts';
import { compareSegments } from './compare-segments.ts';
import type { ModelDatabase, StoredFile } from './database.ts';
import { hashBlob, hashBytes } from './digest.ts';
import { isMade } from './made-folders.ts';
import { parseManifest, type Manifest } from './manifest.ts';
import { HELD_BYTES, joined, openSegments, segmentKey, sumOf } from './segments.ts';
import { awayFile, changedFile, cutFile, tooLongFile, wrongHash } from './store-faults.ts';
import { isUnchanged } from './unchanged.ts';

/** Files are stored in segments of this size, so that downloads resume without rewriting. */
const SEGMENT_BYTES = 16 * 2 ** 20;

export interface WriteOptions {
  /** If the hash differs, the file is refused and deleted. */
  sha256?: string;
  /** Called with the stored bytes of this file. */
  onProgress?: (storedBytes: number) => void;
  signal?: AbortSignal;
}

/** Model files on this device: bytes in a blob store, their index in IndexedDB. */
export class FileStore {
  readonly #vault: BlobStore;
  readonly #database: ModelDatabase;
  readonly #segmentBytes: number;
  /** Files whose bytes were verified, by the key of their first segment. */
  readonly #states = new LazyMap<string, 'same' | 'changed'>();

  constructor(vault: BlobStore, database: ModelDatabase, segmentBytes = SEGMENT_BYTES) {
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

  /** The models that have a file of this path, complete or in part. */
  async modelsWith(path: string): Promise<string[]> {
    return (await this.#database.getAllKeys('files')).flatMap(([model, each]) => (each === path ? [model] : []));
  }

  file(model: string, path: string): Promise<StoredFile | undefined> {
    return this.#database.get('files', [model, path]);
  }

  /** Bytes on this device, of complete and partial files, and how many of them were made of the model's own. */
  async storedBytes(model: string): Promise<{ files: number; made: number }> {
    const bytes = { files: 0, made: 0 };
    for (const { path, segments } of await this.files(model)) bytes[isMade(path) ? 'made' : 'files'] += sumOf(segments);
    return bytes;
  }

  async remove(model: string): Promise<void> {
    // First the index: a partly removed model must not look complete.
    const transaction = this.#database.transaction('files', 'readwrite');
    for (const key of await transaction.store.index('model').getAllKeys(model)) await transaction.store.delete(key);
    await transaction.done;
    await this.#vault.clear(model);
  }

  async removeFile(model: string, path: string): Promise<void> {
    this.#states.forget(`${model}/${path}/0`);
    await this.#database.delete('files', [model, path]);
    await this.#vault.clear(`${model}/${path}`);
  }

  /**
   * The stored bytes of a file as one lazily read blob, verified once per store, so once per load of a model.
   * `unchecked` skips that if only the header of a large file is needed.
   * @throws {LabError} `missing-file` when it is missing or incomplete, `bad-file` when its bytes have changed.
   */
  async open(model: string, path: string, { unchecked = false } = {}): Promise<Blob> {
    return new Blob((await this.#whole(model, path, unchecked)).parts);
  }

  /**
   * A stored file, verified as by `open`, for reading at once; undefined where that is impossible.
   * @throws {LabError} like `open`.
   */
  async openNow(model: string, path: string): Promise<OpenFile | undefined> {
    const { file } = await this.#whole(model, path);
    return openSegments(file, (i) => this.#vault.openNow(segmentKey(file, i)));
  }

  /**
   * The condition of a file: `whole`, identical to what was stored; `part` of it; `absent`; `damaged`, which means that
   * the browser evicted some of it or its bytes have changed. `unchecked` compares only sizes.
   */
  async condition(
    model: string,
    path: string,
    { unchecked = false } = {},
  ): Promise<'whole' | 'part' | 'absent' | 'damaged'> {
    const file = await this.file(model, path);
    if (!file) return 'absent';
    const parts = await this.#parts(file);
    if (!parts) return 'damaged';
    if (!file.complete) return 'part';
    return !unchecked && (await this.#state(file, parts)) === 'changed' ? 'damaged' : 'whole';
  }

  /**
   * SHA-256 of a complete file, kept with it; one of a single segment is not read for that.
   * @throws {LabError} like `open`.
   */
  async sha256(model: string, path: string, signal?: AbortSignal): Promise<string> {
    const file = await this.file(model, path);
    if (!file?.complete) throw awayFile(model, path);
    const [only, ...others] = file.digests ?? [];
    const sha256 =
      file.sha256 ??
      (only !== undefined && others.length === 0 ? only : await hashBlob(await this.open(model, path), signal));
    if (!file.sha256) await this.#database.put('files', { ...file, sha256 });
    return sha256;
  }

  /** The last stored bytes of a file, at most `length`. */
  async tail(model: string, path: string, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const file = await this.file(model, path);
    const parts = file && (await this.#parts(file));
    return new Uint8Array(await new Blob(parts).slice(-length).arrayBuffer());
  }

  /** A model's complete files, for an engine, without those that were made of them. */
  async modelFiles(model: string, name: string): Promise<ModelFiles> {
    const own = (await this.complete(model)).filter(({ path }) => !isMade(path));
    const list: ModelFile[] = own.map(({ path, bytes, sha256 }) => ({
      path,
      bytes,
      ...(sha256 ? { sha256 } : {}),
    }));
    const manifest = await this.#manifest(model, list);
    return {
      name,
      list,
      selfTest: manifest?.selfTest,
      madeFor: manifest?.base,
      open: (path) => this.open(model, path),
      openNow: (path) => this.openNow(model, path),
      ensure: () => Promise.resolve(),
    };
  }

  async #manifest(model: string, list: readonly ModelFile[]): Promise<Manifest | undefined> {
    if (!list.some(({ path }) => path === MANIFEST_NAME)) return undefined;
    try {
      return parseManifest(await (await this.open(model, MANIFEST_NAME)).text(), MANIFEST_NAME);
    } catch {
      // What it says beyond the list of files is not needed to use the model.
      return undefined;
    }
  }

  /**
   * Appends a stream to the stored part of a file and completes it. `bytes`: size of the whole file, 0 if unknown; a
   * stream that ends early keeps the received bytes and rejects.
   * @throws {LabError} `hash-mismatch`, `quota`, `network` or `cancelled`.
   */
  async append(
    start: { model: string; path: string; bytes: number; version?: string },
    stream: ReadableStream<Uint8Array>,
    { sha256: expected, onProgress, signal }: WriteOptions = {},
  ): Promise<void> {
    const { model, path } = start;
    const file: StoredFile = (await this.file(model, path)) ?? { ...start, segments: [], digests: [], complete: false };
    file.bytes = start.bytes || file.bytes;
    if (start.version) file.version = start.version;
    let stored = sumOf(file.segments);
    let buffer: Uint8Array<ArrayBuffer>[] = [];
    let buffered = 0;
    const isHeld = expected !== undefined && stored === 0 && file.bytes > 0 && file.bytes <= HELD_BYTES;
    const held: Uint8Array<ArrayBuffer>[] | undefined = isHeld ? [] : undefined;
    if (held) delete file.digests;

    const flush = async () => {
      if (buffered === 0) return;
      const segment = joined(buffer);
      const digest = file.digests && (await hashBytes(segment));
      await this.#vault.put(segmentKey(file, file.segments.length), segment);
      file.segments.push(buffered);
      if (digest) file.digests?.push(digest);
      stored += buffered;
      held?.push(segment);
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
        if (file.bytes > 0 && stored + buffered > file.bytes) break;
        if (buffered >= this.#segmentBytes) await flush();
        onProgress?.(stored + buffered);
      }
    } catch (error) {
      await flush().catch(() => {});
      throw LabError.from(error, {
        code: 'network',
        where: path,
        what: 'The transfer was cut off',
        todo: 'Try again: it resumes where it stopped.',
        retryable: true,
      });
    } finally {
      void reader.cancel().catch(() => {});
    }
    await flush();
    await this.#finish(file, expected, held, signal);
  }

  async #finish(
    file: StoredFile,
    expected: string | undefined,
    held: Uint8Array<ArrayBuffer>[] | undefined,
    signal?: AbortSignal,
  ): Promise<void> {
    const stored = sumOf(file.segments);
    if (file.bytes > 0 && stored < file.bytes) throw cutFile(file.path, stored, file.bytes);
    if (file.bytes > 0 && stored > file.bytes) {
      await this.removeFile(file.model, file.path);
      throw tooLongFile(file.path, file.bytes);
    }
    if (expected) {
      const parts = held ? undefined : await this.#parts(file);
      const actual = held ? await hashBytes(joined(held)) : parts && (await hashBlob(new Blob(parts), signal));
      if (actual !== expected.toLowerCase()) {
        await this.removeFile(file.model, file.path);
        throw wrongHash(file.path, actual, expected);
      }
      file.sha256 = actual;
    }
    file.bytes = stored;
    file.complete = true;
    // It was hashed just now.
    const parts = await this.#parts(file);
    const checked = parts && (await this.#checkedNow(parts));
    if (checked) file.checked = checked;
    this.#states.forget(segmentKey(file, 0));
    void this.#states.get(segmentKey(file, 0), () => Promise.resolve('same'));
    await this.#database.put('files', file);
  }

  /** A complete file and its segments, verified unless `unchecked`. */
  async #whole(model: string, path: string, unchecked = false): Promise<{ file: StoredFile; parts: Blob[] }> {
    const file = await this.file(model, path);
    const parts = file?.complete ? await this.#parts(file) : undefined;
    if (!file || !parts) throw awayFile(model, path);
    if (!unchecked && (await this.#state(file, parts)) === 'changed') throw changedFile(model, path);
    return { file, parts };
  }

  /** The segments of a file; undefined if the browser evicted one, completely or in part. */
  async #parts(file: StoredFile): Promise<Blob[] | undefined> {
    const { segments } = file;
    const stored = segments.map((_, i) => this.#vault.get(segmentKey(file, i)));
    const whole = (await Promise.all(stored)).filter((part, i): part is Blob => part?.size === segments[i]);
    return whole.length === segments.length ? whole : undefined;
  }

  /** Whether a complete file's segments have the stored bytes; checked once. */
  #state(file: StoredFile, parts: readonly Blob[]): Promise<'same' | 'changed'> {
    return this.#states.get(segmentKey(file, 0), () => this.#compare(file, parts));
  }

  async #compare(file: StoredFile, parts: readonly Blob[]): Promise<'same' | 'changed'> {
    const checked = await this.#checkedNow(parts);
    if (isUnchanged(file, checked)) return 'same';
    const { state, digests } = await compareSegments(file, (i) => this.#vault.read(segmentKey(file, i)));
    const news = { ...(digests && { digests }), ...(checked && { checked }) };
    if (state === 'same' && Object.keys(news).length > 0) await this.#database.put('files', { ...file, ...news });
    return state;
  }

  /** What to keep about a file whose bytes prove to be the stored ones; undefined where the store has no times. */
  async #checkedNow(parts: readonly Blob[]): Promise<StoredFile['checked']> {
    const at = Date.now();
    const times = await Promise.all(parts.map((part) => this.#vault.writtenAt(part)));
    const written = times.filter((time) => time !== undefined);
    return written.length === times.length ? { at, written } : undefined;
  }
}
