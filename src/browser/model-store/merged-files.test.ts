import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LoadOptions } from '../../core/engine/engine.ts';
import type { ModelFiles } from '../../core/engine/files.ts';
import type { AdapterRecord, OnnxRecord } from '../../core/engine/record.ts';
import { tinyCheckpoint } from '../../core/engine/testing/tiny-model.ts';
import { CHAT_TEMPLATE_FILE } from '../../core/formats/checkpoint/template.ts';
import { readTensor } from '../../core/formats/checkpoint/checkpoint.ts';
import { exportOnnx } from '../../core/formats/export/export.ts';
import { tinyAdapterFiles } from '../../core/training/testing/tiny-adapter.ts';
import { openExportedFiles } from '../../engines/exported-files.ts';
import { listVariants } from '../../engines/transformers/variants.ts';
import { useFakeIndexedDb } from '../../../tests/harness/fake-indexeddb.ts';
import { memoryVault } from './blob-store.ts';
import { openModelDatabase, type ModelDatabase } from './database.ts';
import { FileStore } from './file-store.ts';
import { storeSink } from './folder-sink.ts';
import { ingestFiles } from './ingest.ts';
import { combineAdapters } from './ingest-adapter.ts';
import { adapterTextFiles, mergedFiles } from './merged-files.ts';
import { saveAdapter } from './save-adapter.ts';

useFakeIndexedDb();

const BASE: OnnxRecord = {
  id: 'base',
  name: 'Base',
  summary: '',
  bytes: 0,
  addedAt: 0,
  added: false,
  format: 'onnx',
  url: null,
};
const Q = 'model.layers.1.self_attn.q_proj.weight';
const { config } = tinyCheckpoint();

let database: ModelDatabase;
let store: FileStore;
let vault: ReturnType<typeof memoryVault>;
let base: ModelFiles;
let count = 0;
beforeEach(async () => {
  database = await openModelDatabase(`merged-${count++}`);
  vault = memoryVault();
  store = new FileStore(vault, database, 65_536);
  await exportOnnx(tinyCheckpoint(), storeSink(store, 'base'), {
    dtype: 'q4',
    name: 'base',
    source: 'test',
    licence: 'none',
  });
  base = await store.modelFiles('base', 'Base');
});
afterEach(() => database.close());

/** A store over the same bytes, as the next visit opens one. */
const again = (): FileStore => new FileStore(vault, database, 65_536);

async function add(seed: number, name = 'mine', extra: Record<string, string> = {}): Promise<AdapterRecord> {
  const files = [...(await tinyAdapterFiles(config, seed)), ...Object.entries(extra)];
  const dropped = files.map(([path, content]) => ({ path: `${name}/${path}`, file: new File([content], path) }));
  const surroundings = { known: [BASE], openBase: () => Promise.resolve(base) };
  return (await ingestFiles(store, dropped, false, surroundings, {})) as AdapterRecord;
}

/** Loads a record's files, and says whether that merged anything. */
async function load(record: AdapterRecord, from: FileStore | undefined = again(), options: LoadOptions = {}) {
  const stages = new Set<string>();
  const adapter = await store.modelFiles(record.id, record.name);
  const files = await mergedFiles(
    from,
    record,
    { base, adapter },
    { ...options, onProgress: ({ stage }) => stages.add(stage) },
  );
  return { files, merged: stages.has('Merging the adapter') };
}

const queries = async (files: ModelFiles): Promise<Float32Array> => readTensor(await openExportedFiles(files, {}), Q);
const mergedPaths = async (id: string): Promise<string[]> =>
  (await store.files(id)).map(({ path }) => path).filter((path) => path.startsWith('merged/'));

describe('mergedFiles', () => {
  it('merges an adapter once, and keeps only what differs from the base', async () => {
    const record = await add(5);
    expect(record).toMatchObject({ id: 'base+mine', name: 'mine', format: 'adapter', base: { id: 'base' }, url: null });
    const first = await load(record);
    expect(first.merged).toBe(true);
    const [variant] = listVariants(first.files);
    expect(variant).toMatchObject({ variant: 'q4', data: ['onnx/model_q4.onnx_data', 'onnx/model_q4.onnx_data_1'] });
    expect(await queries(first.files)).not.toEqual(await queries(base));
    expect(await mergedPaths(record.id)).toEqual([
      'merged/merged.json',
      'merged/onnx/model_q4.onnx',
      'merged/onnx/model_q4.onnx_data_1',
    ]);
    const stored = await store.storedBytes(record.id);
    expect(stored.made).toBeGreaterThan(0);
    expect(stored.files).toBe(record.bytes);

    const second = await load(record);
    expect(second.merged).toBe(false);
    expect(await queries(second.files)).toEqual(await queries(first.files));
    await store.remove(record.id);
    expect(vault.keys().some((key) => key.startsWith(record.id))).toBe(false);
  });

  it('refuses a base that is another version of the one that the adapter was made for', async () => {
    const record = await add(5);
    const adapter = await store.modelFiles(record.id, record.name);
    const [weights] = base.list.filter(({ path, sha256 }) => path.endsWith('_data') && sha256 !== undefined);
    const { path, bytes, sha256 } = weights ?? expect.fail('The base has no weights with a hash.');
    const made = (hash: string | undefined): Promise<ModelFiles> => {
      const madeFor = { id: 'base', weights: [{ path, bytes, sha256: hash ?? '' }] };
      return mergedFiles(again(), record, { base, adapter: { ...adapter, madeFor } }, {});
    };
    await expect(made('0'.repeat(64))).rejects.toMatchObject({
      code: 'hash-mismatch',
      message: expect.stringContaining('made for another version of base'),
    });
    expect((await made(sha256)).list).not.toEqual(base.list);
  });

  it('merges afresh for another version of the adapter, and replaces the stale result', async () => {
    const record = await add(5);
    const before = await queries((await load(record)).files);
    for (const [path, blob] of await tinyAdapterFiles(config, 6)) {
      await store.removeFile(record.id, path);
      await store.append({ model: record.id, path, bytes: 0 }, blob.stream());
    }
    const later = await load(record);
    expect(later.merged).toBe(true);
    expect(await queries(later.files)).not.toEqual(before);
    expect(await mergedPaths(record.id)).toHaveLength(3);
    expect((await load(record)).merged).toBe(false);
  });

  it.each(['merged/merged.json', 'merged/onnx/model_q4.onnx', 'merged/onnx/model_q4.onnx_data_1'])(
    'merges afresh when %s is damaged or gone',
    async (path) => {
      const record = await add(5);
      const whole = await queries((await load(record)).files);
      const key = vault.keys().find((each) => each.startsWith(`${record.id}/${path}/`)) ?? '';
      const bytes = new Uint8Array(await ((await vault.get(key)) ?? new Blob()).arrayBuffer());
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 255;
      await vault.put(key, new Blob([bytes]));
      const mended = await load(record);
      expect([mended.merged, await queries(mended.files)]).toEqual([true, whole]);
      await vault.clear(`${record.id}/${path}`);
      expect((await load(record)).merged).toBe(true);
    },
  );

  it('works in memory without a store and when the device is full', async () => {
    const record = await add(5);
    const kept = await queries((await load(record)).files);
    const adapter = await store.modelFiles(record.id, record.name);
    const inMemory = await mergedFiles(undefined, record, { base, adapter }, {});
    expect(await queries(inMemory)).toEqual(kept);
    const full = new FileStore(memoryVault(1000), await openModelDatabase(`full-${count++}`), 65_536);
    const despite = await mergedFiles(full, record, { base, adapter }, {});
    expect(await queries(despite)).toEqual(kept);
    expect(await full.files(record.id)).toEqual([]);
  });

  it('keeps nothing of a merge that was cancelled', async () => {
    const record = await add(5);
    const stop = new AbortController();
    const adapter = await store.modelFiles(record.id, record.name);
    const stopped = mergedFiles(
      again(),
      record,
      { base, adapter },
      {
        signal: stop.signal,
        onProgress: ({ stage }) => stage === 'Merging the adapter' && stop.abort(),
      },
    );
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
    expect(await mergedPaths(record.id)).toEqual([]);
    expect((await load(record)).merged).toBe(true);
  });

  it("speaks the adapter's chat template, with and without weights", async () => {
    const record = await add(5, 'mine', { [CHAT_TEMPLATE_FILE]: 'THE TEMPLATE' });
    expect(record.template).toBe('THE TEMPLATE');
    for (const files of [(await load(record)).files, adapterTextFiles(record, base)])
      expect(await (await files.open(CHAT_TEMPLATE_FILE)).text()).toBe('THE TEMPLATE');
    expect((await add(5, 'plain')).template).toBeNull();
  });
});

describe('adapters of a person', () => {
  it('are refused with what does not fit, and nothing is kept', async () => {
    const files = await tinyAdapterFiles({ ...config, hiddenSize: 96 }, 1);
    const dropped = [...files].map(([path, blob]) => ({ path, file: new File([blob], path) }));
    const openBase = () => Promise.resolve(base);
    const before = vault.keys();
    await expect(ingestFiles(store, dropped, false, { known: [BASE], openBase }, {})).rejects.toMatchObject({
      code: 'bad-config',
      message: expect.stringContaining('does not fit'),
    });
    expect(vault.keys()).toEqual(before);
  });

  it('are added up with weights as a model of its own', async () => {
    const [one, two] = [await add(5, 'one'), await add(6, 'two')];
    const parts = await Promise.all(
      [one, two].map(async (record, i) => ({
        record,
        weight: [0.5, 0.25][i] ?? 0,
        files: await store.modelFiles(record.id, record.name),
      })),
    );
    const record = await combineAdapters(store, 'both', parts, [BASE, one, two], {});
    expect(record).toMatchObject({
      id: 'base+both',
      name: 'both',
      summary: 'Sum of 0.5 × one + 0.25 × two, over Base.',
    });
    // It does not depend on the models that it came from.
    await store.remove(one.id);
    const [sum, plain] = [await queries((await load(record)).files), await queries(base)];
    const second = await queries((await load(two)).files);
    expect(sum).not.toEqual(plain);
    expect(sum).not.toEqual(second);
    // A combination can be combined again, and its weights multiply.
    const files = await store.modelFiles(record.id, record.name);
    const halved = await combineAdapters(store, 'half', [{ record, weight: 0.5, files }], [], {});
    expect(halved.parts.map(({ weight }) => weight)).toEqual([0.25, 0.125]);
  });

  it('keep their licences when they are combined, saved and added again', async () => {
    const one = { ...(await add(5, 'one')), licence: 'CC BY 4.0' };
    const two = { ...(await add(6, 'two')), licence: 'CC BY-NC 4.0' };
    const parts = await Promise.all(
      [one, two].map(async (record) => ({
        record,
        weight: 1,
        files: await store.modelFiles(record.id, record.name),
      })),
    );
    const record = await combineAdapters(store, 'both', parts, [BASE, one, two], {});
    expect(record.licence).toBe(
      'CC BY-NC 4.0. This is the strictest; all of these apply: one: CC BY 4.0 / two: CC BY-NC 4.0',
    );
    const adapter = await store.modelFiles(record.id, record.name);
    for (const format of ['peft', 'gguf'] as const) {
      const saved = await saveAdapter(record, { base, adapter }, format, {});
      if (format === 'peft') expect(await saved.get('README.md')?.text()).toContain('two: Adapter from this device');
      const dropped = [...saved].map(([path, blob]) => ({ path, file: new File([blob], path) }));
      const surroundings = { known: [BASE, record], openBase: () => Promise.resolve(base) };
      const copy = await ingestFiles(store, dropped, false, surroundings, {});
      expect(copy.licence?.toLowerCase()).toBe(record.licence?.toLowerCase());
    }
  });

  it.each(['peft', 'gguf'] as const)('can be saved as %s and added again, with the same change', async (format) => {
    const record = await add(5, 'mine', { [CHAT_TEMPLATE_FILE]: 'THE TEMPLATE' });
    const adapter = await store.modelFiles(record.id, record.name);
    const saved = await saveAdapter(record, { base, adapter }, format, {});
    const dropped = [...saved].map(([path, blob]) => ({ path, file: new File([blob], path) }));
    const surroundings = { known: [BASE, record], openBase: () => Promise.resolve(base) };
    const copy = (await ingestFiles(store, dropped, false, surroundings, {})) as AdapterRecord;
    expect(copy).toMatchObject({ format: 'adapter', template: 'THE TEMPLATE' });
    expect(copy.id).not.toBe(record.id);
    const [ours, theirs] = [await queries((await load(record)).files), await queries((await load(copy)).files)];
    const apart = ours.reduce((most, value, i) => Math.max(most, Math.abs(value - (theirs[i] ?? NaN))), 0);
    expect(apart).toBeLessThan(0.02);
  });
});
