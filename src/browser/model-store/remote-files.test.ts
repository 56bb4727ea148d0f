import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LabError } from '../../core/error.ts';
import { openModelDatabase, type ModelDatabase } from './database.ts';
import { FileStore } from './file-store.ts';
import { remoteFiles } from './remote-files.ts';
import { type BlobStore, memoryVault } from './blob-store.ts';
import { useFakeIndexedDb } from '../../../tests/harness/fake-indexeddb.ts';

useFakeIndexedDb();

const FILES: Record<string, string> = {
  'config.json': '{"model_type":"llama"}',
  'tokenizer.json': '{}',
  'onnx/model_q4.onnx': 'graph',
  'onnx/model_q4.onnx_data': 'weights',
  'onnx/model_q4.onnx_data_1': 'more weights',
};
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const manifest = JSON.stringify({
  files: Object.entries(FILES).map(([path, text]) => ({ path, bytes: text.length, sha256: sha256(text) })),
});
const MODEL = { id: 'm', name: 'Model', url: 'https://host.example/m/' };

let database: ModelDatabase;
let count = 0;
let asked: string[];
let online: boolean;
let served: Record<string, string>;
beforeEach(async () => {
  database = await openModelDatabase(`remote-${count++}`);
  asked = [];
  online = true;
  served = { ...FILES, 'manifest.json': manifest };
});
afterEach(() => database.close());

/** A fake fetch that serves `served`. */
const fetcher = (async (input: string | URL, init: RequestInit = {}) => {
  if (!online) throw new TypeError('Failed to fetch');
  const path = String(input).slice(MODEL.url.length);
  asked.push(`${init.method ?? 'GET'} ${path}`);
  const text = served[path];
  if (text === undefined) return new Response('<html>', { status: 404 });
  return new Response(init.method === 'HEAD' ? null : text, { headers: { 'content-length': String(text.length) } });
}) as typeof fetch;

const open = (store: FileStore | undefined) => remoteFiles(store, MODEL, {}, fetcher);
const text = async (files: Awaited<ReturnType<typeof remoteFiles>>, path: string) => (await files.open(path)).text();

describe('remoteFiles', () => {
  it('fetches what is requested once, and then works offline', async () => {
    const store = new FileStore(memoryVault(), database);
    const files = await open(store);
    expect(asked).toEqual(['GET manifest.json']);
    await files.ensure(['config.json', 'onnx/model_q4.onnx'], {});
    expect(await text(files, 'config.json')).toBe(FILES['config.json']);
    online = false;
    const later = await open(store);
    expect(later.list.map(({ path }) => path)).toEqual(Object.keys(FILES));
    expect(await text(later, 'onnx/model_q4.onnx')).toBe('graph');
    await expect(later.open('tokenizer.json')).rejects.toMatchObject({ code: 'network' });
    await expect(later.open('other.json')).rejects.toMatchObject({ code: 'missing-file' });
    expect(asked.filter((line) => line.endsWith('config.json'))).toHaveLength(1);
  });

  it('fetches a file again when the manifest has a new hash for it', async () => {
    const store = new FileStore(memoryVault(), database);
    await (await open(store)).ensure(Object.keys(FILES), {});
    served['config.json'] = '{"model_type":"mistral"}';
    served['manifest.json'] = manifest
      .replace(sha256(FILES['config.json'] ?? ''), sha256(served['config.json']))
      .replace('"bytes":22', '"bytes":24');
    const files = await open(store);
    expect(await text(files, 'config.json')).toBe(served['config.json']);
    expect(asked.filter((line) => line.endsWith('onnx_data'))).toHaveLength(1);
  });

  it('silently fetches again what the browser evicted or damaged, all at once', async () => {
    const vault = memoryVault();
    const paths = Object.keys(FILES);
    await (await open(new FileStore(vault, database))).ensure(paths, {});
    // Every weight is gone, and one byte of each other file has changed.
    await vault.clear('m/onnx/model_q4.onnx_data');
    await vault.clear('m/onnx/model_q4.onnx_data_1');
    for (const path of ['config.json', 'tokenizer.json', 'onnx/model_q4.onnx'])
      await vault.put(`m/${path}/0`, new Blob([(FILES[path] ?? '').replace(/.$/, '!')]));
    await vault.clear('m/manifest.json');
    asked = [];
    const files = await open(new FileStore(vault, database));
    await files.ensure(paths, {});
    for (const path of paths) expect(await text(files, path)).toBe(FILES[path]);
    expect(asked.sort()).toEqual([...paths, 'manifest.json'].map((path) => `GET ${path}`).sort());
    // A private window may lose them while the model is open.
    await vault.clear('m');
    for (const path of paths) expect(await text(files, path)).toBe(FILES[path]);
  });

  it('fetches into memory what the browser no longer reads', async () => {
    const vault = memoryVault();
    const paths = Object.keys(FILES);
    await (await open(new FileStore(vault, database))).ensure(paths, {});
    let refuses: (key: string) => boolean = (key) => key.startsWith('m/manifest.json');
    const refusal = new LabError({ code: 'quota', what: 'It cannot be read.' });
    const refusing: BlobStore = {
      ...vault,
      get: (key) => (refuses(key) ? Promise.reject(refusal) : vault.get(key)),
    };
    const files = await open(new FileStore(refusing, database));
    await files.ensure(paths, {});
    refuses = () => true;
    for (const path of paths) expect(await text(files, path)).toBe(FILES[path]);
  });

  it('asks the store little of a later visit, and writes nothing', async () => {
    const vault = memoryVault();
    const paths = Object.keys(FILES);
    await (await open(new FileStore(vault, database))).ensure(paths, {});
    const opened: string[] = [];
    let writes = 0;
    const counting: BlobStore = {
      ...vault,
      get: (key) => (opened.push(key), vault.get(key)),
      put: (key, data) => (writes++, vault.put(key, data)),
    };
    const files = await open(new FileStore(counting, database));
    await files.ensure(paths, {});
    for (const path of paths) expect(await text(files, path)).toBe(FILES[path]);
    const keys = paths.map((path) => `m/${path}/0`);
    // Once to see whether it is there, and once to read it.
    expect(opened.filter((key) => key !== 'm/manifest.json/0').sort()).toEqual([...keys, ...keys].sort());
    expect(writes).toBe(0);
  });

  it('says that the network is needed if a damaged file cannot be fetched again', async () => {
    const vault = memoryVault();
    await (await open(new FileStore(vault, database))).ensure(Object.keys(FILES), {});
    await vault.clear('m/tokenizer.json');
    await vault.clear('m/manifest.json');
    online = false;
    const files = await open(new FileStore(vault, database));
    await expect(files.open('tokenizer.json')).rejects.toMatchObject({ code: 'network' });
    expect(await text(files, 'config.json')).toBe(FILES['config.json']);
  });

  it('keeps nothing that does not match the manifest', async () => {
    served['onnx/model_q4.onnx_data'] = 'wEights';
    const store = new FileStore(memoryVault(), database);
    const files = await open(store);
    await expect(files.ensure(['onnx/model_q4.onnx_data'], {})).rejects.toMatchObject({ code: 'hash-mismatch' });
    expect(await store.file('m', 'onnx/model_q4.onnx_data')).toBeUndefined();
  });

  it('holds files in memory if storage is missing or full', async () => {
    const files = await open(undefined);
    expect(await text(files, 'config.json')).toBe(FILES['config.json']);
    const full = await open(new FileStore(memoryVault(2), database));
    expect(await text(full, 'onnx/model_q4.onnx_data_1')).toBe('more weights');
  });

  it('also verifies what it holds in memory', async () => {
    served['onnx/model_q4.onnx'] = 'grapH';
    await expect((await open(undefined)).open('onnx/model_q4.onnx')).rejects.toMatchObject({ code: 'hash-mismatch' });
  });

  it('lists a folder without a manifest', async () => {
    delete served['manifest.json'];
    const files = await open(new FileStore(memoryVault(), database));
    expect(files.list.map(({ path }) => path)).toEqual(Object.keys(FILES));
    expect(files.list.find(({ path }) => path.endsWith('_data_1'))?.bytes).toBe(12);
    served = {};
    await expect(open(undefined)).rejects.toMatchObject({
      code: 'missing-file',
      message: expect.stringContaining('config.json'),
    });
  });

  it('ignores an unrelated manifest.json, but not a damaged one of a model', async () => {
    served['manifest.json'] = '{"name":"An app","icons":[]}';
    const files = await open(new FileStore(memoryVault(), database));
    expect(files.list.map(({ path }) => path)).toEqual(Object.keys(FILES));
    served['manifest.json'] = '{"files":[{"path":"../config.json","bytes":1}]}';
    await expect(open(undefined)).rejects.toMatchObject({ code: 'bad-config' });
    served['manifest.json'] = '{"files":';
    await expect(open(undefined)).rejects.toMatchObject({ code: 'bad-file' });
  });

  it('keeps using a stored model whose manifest on the server is damaged', async () => {
    const store = new FileStore(memoryVault(), database);
    await (await open(store)).ensure(Object.keys(FILES), {});
    served['manifest.json'] = '{"files": [';
    expect(await text(await open(store), 'config.json')).toBe(FILES['config.json']);
    await expect(remoteFiles(store, MODEL, { relist: true }, fetcher)).rejects.toMatchObject({ code: 'bad-file' });
  });

  it('stores the list of such a folder, including weights that were not fetched yet', async () => {
    delete served['manifest.json'];
    const store = new FileStore(memoryVault(), database);
    const first = await open(store);
    await first.ensure(['config.json', 'tokenizer.json'], {});
    asked = [];
    const later = await open(store);
    expect(later.list).toEqual(first.list);
    expect(await text(later, 'onnx/model_q4.onnx')).toBe('graph');
    expect(asked).toEqual(['GET manifest.json', 'GET onnx/model_q4.onnx']);
    online = false;
    expect((await open(store)).list).toEqual(first.list);
    online = true;
    served['onnx/model_q4f16.onnx'] = 'halves';
    const again = await remoteFiles(store, MODEL, { relist: true }, fetcher);
    expect(again.list.map(({ path }) => path)).toContain('onnx/model_q4f16.onnx');
  });

  it('lists a folder again whose files an earlier version stored without a list', async () => {
    delete served['manifest.json'];
    const store = new FileStore(memoryVault(), database);
    await store.append({ model: 'm', path: 'config.json', bytes: 22 }, new Blob([FILES['config.json'] ?? '']).stream());
    expect((await open(store)).list.map(({ path }) => path)).toEqual(Object.keys(FILES));
    online = false;
    await store.removeFile('m', '.listing.json');
    expect((await open(store)).list.map(({ path }) => path)).toEqual(['config.json']);
  });

  it('says so when the server cannot be reached and nothing is stored', async () => {
    online = false;
    await expect(open(new FileStore(memoryVault(), database))).rejects.toMatchObject({
      code: 'network',
      detail: { where: MODEL.url },
    });
  });
});
