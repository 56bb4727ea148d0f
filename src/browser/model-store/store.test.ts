import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LoadProgress } from '../../core/engine/engine.ts';
import { openModelDatabase, type ModelDatabase, type StoredFile } from './database.ts';
import { downloadAll, downloadFile } from './download.ts';
import { hashBlob } from './digest.ts';
import { FileStore } from './file-store.ts';
import { isSafePath } from '../../core/formats/manifest.ts';
import { parseManifest } from './manifest.ts';
import { memoryVault } from './blob-store.ts';
import { useFakeIndexedDb } from '../../../tests/harness/fake-indexeddb.ts';

useFakeIndexedDb();

const content = Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 31 + (i >> 5)) & 255));
const digest = createHash('sha256').update(content).digest('hex');

let database: ModelDatabase;
let vault: ReturnType<typeof memoryVault>;
let store: FileStore;
let count = 0;
beforeEach(async () => {
  database = await openModelDatabase(`test-${count++}`);
  vault = memoryVault();
  store = new FileStore(vault, database, 1024);
});
afterEach(() => database.close());

const streamOf = (...chunks: Uint8Array[]) => new Blob(chunks as BlobPart[]).stream();
const bytesOf = async (blob: Blob) => Buffer.from(await blob.arrayBuffer());

/** As stored by a version that did not hash segments. */
function withoutDigests(file: StoredFile): StoredFile {
  const older = { ...file };
  delete older.digests;
  return older;
}

describe('FileStore', () => {
  it('stores a file in segments and returns the same bytes', async () => {
    const seen: number[] = [];
    await store.append({ model: 'm', path: 'onnx/a.onnx', bytes: 0 }, streamOf(content), {
      sha256: digest,
      onProgress: (n) => seen.push(n),
    });
    expect((await bytesOf(await store.open('m', 'onnx/a.onnx'))).equals(content)).toBe(true);
    expect(seen.at(-1)).toBe(content.length);
    expect(await store.storedBytes('m')).toEqual({ files: content.length, made: 0 });
    const files = await store.modelFiles('m', 'Model');
    expect(files.list).toEqual([{ path: 'onnx/a.onnx', bytes: content.length, sha256: digest }]);
  });

  it('checks the hash of what arrived whole without reading it again, and reads a resumed file', async () => {
    let opened = 0;
    const counting = { ...vault, get: (key: string) => (opened++, vault.get(key)) };
    const counted = new FileStore(counting, database, 1024);
    await counted.append({ model: 'm', path: 'a', bytes: content.length }, streamOf(content), { sha256: digest });
    expect([await counted.condition('m', 'a'), (await counted.file('m', 'a'))?.digests]).toEqual(['whole', undefined]);
    // To see when it was written, and whether it is complete.
    expect(opened).toBe(2);
    const later = new FileStore(counting, database, 1024);
    expect([await later.condition('m', 'a'), (await later.file('m', 'a'))?.digests]).toEqual(['whole', undefined]);
    const parts = [content.subarray(0, 3000), content.subarray(3000)] as const;
    const start = { model: 'm', path: 'b', bytes: content.length };
    await expect(counted.append(start, streamOf(parts[0]))).rejects.toMatchObject({ code: 'network' });
    await counted.append(start, streamOf(parts[1]), { sha256: digest });
    // Two segments, to hash them and to see when they were written.
    expect(opened).toBe(7);
    const before = opened;
    expect(await counted.sha256('m', 'a')).toBe(digest);
    expect(opened).toBe(before);
    expect(await counted.sha256('m', 'b')).toBe(digest);
  });

  it('keeps nothing of a file whose hash differs', async () => {
    const wrong = store.append({ model: 'm', path: 'a', bytes: 0 }, streamOf(content), { sha256: 'ab'.repeat(32) });
    await expect(wrong).rejects.toMatchObject({ code: 'hash-mismatch', detail: { where: 'a' } });
    expect(vault.keys()).toEqual([]);
    expect(await store.files('m')).toEqual([]);
    await expect(store.open('m', 'a')).rejects.toMatchObject({ code: 'missing-file' });
  });

  it('does not return a part as the whole', async () => {
    await expect(
      store.append({ model: 'm', path: 'a', bytes: content.length }, streamOf(content.subarray(0, 3000))),
    ).rejects.toMatchObject({ code: 'network' });
    await expect(store.open('m', 'a')).rejects.toMatchObject({ code: 'missing-file' });
    expect(await store.complete('m')).toEqual([]);
    await store.append({ model: 'm', path: 'a', bytes: content.length }, streamOf(content.subarray(3000)), {
      sha256: digest,
    });
    expect(await hashBlob(await store.open('m', 'a'))).toBe(digest);
  });

  it('says when the device is full and keeps what was stored', async () => {
    const small = new FileStore(memoryVault(2500), database, 1024);
    const pieces = Array.from({ length: 10 }, (_, i) => content.subarray(i * 500, i * 500 + 500));
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        const next = pieces.shift();
        if (next) controller.enqueue(next);
        else controller.close();
      },
    });
    await expect(small.append({ model: 'm', path: 'a', bytes: 5000 }, stream)).rejects.toMatchObject({ code: 'quota' });
    expect(await small.storedBytes('m')).toEqual({ files: 1500, made: 0 });
  });

  it('removes one model and leaves the other, whatever their names', async () => {
    await store.append({ model: 'a', path: 'x/y', bytes: 0 }, streamOf(content));
    await store.append({ model: 'ab', path: 'x', bytes: 0 }, streamOf(content));
    await store.remove('a');
    expect(await store.files('a')).toEqual([]);
    expect(vault.keys().every((key) => key.startsWith('ab/'))).toBe(true);
    await expect(store.open('ab', 'x')).resolves.toHaveProperty('size', content.length);
  });

  it('notices a segment that the browser has evicted', async () => {
    await store.append({ model: 'm', path: 'a', bytes: 0 }, streamOf(content));
    await vault.clear('m');
    await expect(store.open('m', 'a')).rejects.toMatchObject({
      code: 'missing-file',
      detail: { what: expect.stringContaining('no longer complete') },
    });
    expect(await store.condition('m', 'a')).toBe('damaged');
  });

  it.each([
    ['this version', (file: StoredFile) => file],
    ['an earlier version, with a hash of the manifest', withoutDigests],
  ])('notices a byte that has changed in a file stored by %s', async (_, earlier) => {
    await store.append(
      { model: 'm', path: 'a', bytes: 0 },
      streamOf(content.subarray(0, 1500), content.subarray(1500)),
      { sha256: digest },
    );
    const held = await store.file('m', 'a');
    if (held) await database.put('files', earlier(held));
    const [key = ''] = vault.keys().slice(-1);
    const bytes = new Uint8Array(await ((await vault.get(key)) ?? new Blob()).arrayBuffer());
    bytes[7] = (bytes[7] ?? 0) ^ 1;
    await vault.put(key, new Blob([bytes]));
    const later = new FileStore(vault, database, 1024);
    await expect(later.open('m', 'a')).rejects.toMatchObject({
      code: 'bad-file',
      detail: { where: 'm', what: expect.stringContaining('damaged') },
    });
    expect(await later.condition('m', 'a')).toBe('damaged');
    // Nothing is deleted: a person may have no other copy.
    expect((await later.files('m')).length).toBe(1);
    expect((await later.open('m', 'a', { unchecked: true })).size).toBe(content.length);
  });

  it('records digests of a file that an earlier version stored without any hash', async () => {
    await store.append({ model: 'm', path: 'a', bytes: 0 }, streamOf(content));
    const held = await store.file('m', 'a');
    if (held) await database.put('files', withoutDigests(held));
    await new FileStore(vault, database, 1024).open('m', 'a');
    expect((await store.file('m', 'a'))?.digests).toHaveLength(held?.segments.length ?? 0);
  });
});

/** A file server that can be told to cut, to ignore ranges, to change the file or to refuse. */
class Files {
  server: Server;
  ranges: (string | undefined)[] = [];
  mode: 'whole' | 'cut' | 'no-range' | 'changed' | 404 | 503 = 'whole';
  url = '';
  constructor() {
    this.server = createServer((request, response) => {
      this.ranges.push(request.headers.range);
      if (typeof this.mode === 'number') return void response.writeHead(this.mode).end();
      const body = this.mode === 'changed' ? Buffer.from(content.map((byte) => byte ^ 1)) : content;
      const etag = this.mode === 'changed' ? '"two"' : '"one"';
      const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      const partial = from > 0 && this.mode !== 'no-range' && request.headers['if-range'] === etag;
      const part = partial ? body.subarray(from) : body;
      response.writeHead(partial ? 206 : 200, { etag, 'content-length': part.length });
      if (this.mode !== 'cut') return void response.end(part);
      response.write(part.subarray(0, 2600), () => setTimeout(() => response.destroy(), 20));
    });
  }
  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/model.bin`;
    return this;
  }
}

describe('downloadFile', () => {
  let files: Files;
  beforeEach(async () => void (files = await new Files().start()));
  afterEach(() => void files.server.close());
  const wanted = (extra = {}) => ({
    path: 'model.bin',
    url: files.url,
    bytes: content.length,
    sha256: digest,
    ...extra,
  });
  const get = (extra = {}) => downloadFile(store, 'm', wanted(extra), () => {});

  it('fetches once', async () => {
    await get();
    await get();
    expect(files.ranges).toEqual([undefined]);
    expect(await hashBlob(await store.open('m', 'model.bin'))).toBe(digest);
  });

  it.each(['whole', 'no-range', 'changed'] as const)('resumes after a cut, server then: %s', async (later) => {
    files.mode = 'cut';
    await expect(get()).rejects.toMatchObject({ code: 'network' });
    const { files: stored } = await store.storedBytes('m');
    expect(stored).toBeGreaterThan(0);
    files.mode = later;
    if (later === 'changed') {
      await expect(get()).rejects.toMatchObject({ code: 'hash-mismatch' });
    } else {
      await get();
      expect(await hashBlob(await store.open('m', 'model.bin'))).toBe(digest);
    }
    expect(files.ranges[1]).toBe(`bytes=${stored}-`);
  });

  it('finishes a file whose last byte arrived before the cut', async () => {
    await expect(
      store.append({ model: 'm', path: 'model.bin', bytes: content.length + 1 }, streamOf(content)),
    ).rejects.toMatchObject({ code: 'network' });
    const held = await store.file('m', 'model.bin');
    if (held) await database.put('files', { ...held, bytes: content.length });
    await get();
    expect(files.ranges).toEqual([]);
    await expect(store.open('m', 'model.bin')).resolves.toHaveProperty('size', content.length);
  });

  it.each([
    [404, 'missing-file'],
    [503, 'network'],
  ] as const)('names the URL when the server answers %i', async (status, code) => {
    files.mode = status;
    await expect(get()).rejects.toMatchObject({ code, detail: { where: files.url } });
  });

  it('says what to check when nothing listens there', async () => {
    await expect(get({ url: 'http://127.0.0.1:9/model.bin' })).rejects.toMatchObject({ code: 'network' });
  });

  it('stops on request and keeps the received bytes', async () => {
    const controller = new AbortController();
    const run = downloadFile(store, 'm', wanted(), () => controller.abort(), controller.signal);
    await expect(run).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('reports progress over all files', async () => {
    const seen: LoadProgress[] = [];
    await downloadAll(store, 'm', [wanted(), wanted({ path: 'b' })], { onProgress: (p) => seen.push(p) });
    expect(seen.at(-1)).toMatchObject({ loadedBytes: 2 * content.length, totalBytes: 2 * content.length });
    for (let i = 1; i < seen.length; i++)
      expect(seen[i]?.loadedBytes).toBeGreaterThanOrEqual(seen[i - 1]?.loadedBytes ?? 0);
  });
});

describe('manifest', () => {
  it('refuses paths that leave the folder', () => {
    for (const path of ['../x', '/x', 'a/../x', 'a\\b', '', 'a//b', './a', 'C:x', 'a/..'])
      expect(isSafePath(path)).toBe(false);
    expect(isSafePath('onnx/model_q4.onnx')).toBe(true);
    const text = JSON.stringify({ files: [{ path: '../x', bytes: 1, sha256: digest }] });
    expect(() => parseManifest(text, 'manifest.json')).toThrow(expect.objectContaining({ code: 'bad-config' }));
    expect(() => parseManifest('<html>', 'manifest.json')).toThrow(expect.objectContaining({ code: 'bad-file' }));
  });
});
