import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LoadOptions } from '../../core/engine/engine.ts';
import type { ModelFiles } from '../../core/engine/files.ts';
import { byteTokenizerFiles } from '../../core/engine/testing/byte-tokenizer.ts';
import { tinyCheckpoint } from '../../core/engine/testing/tiny-model.ts';
import { exportOnnx } from '../../core/formats/export/export.ts';
import { memoryFolder } from '../../core/formats/export/memory-sink.ts';
import { decodeModel, encodeModel } from '../../core/formats/onnx/index.ts';
import type { GpuProbe } from '../../engines/gpu.ts';
import { CARD } from '../../engines/testing/card.ts';
import { convertibleWindow } from '../../engines/wllama/from-onnx.ts';
import { useFakeIndexedDb } from '../../../tests/harness/fake-indexeddb.ts';
import { memoryVault } from './blob-store.ts';
import { convertedGguf, gpuFiles } from './converted-files.ts';
import { openModelDatabase, type ModelDatabase } from './database.ts';
import { hashBlob } from './digest.ts';
import { FileStore } from './file-store.ts';

useFakeIndexedDb();

const RECORD = { id: 'base', name: 'Base' };
const GRAPH = 'onnx/model_q4.onnx';
const DATA = `${GRAPH}_data`;

/** The model's own files. */
let exported: ReadonlyMap<string, Blob>;
beforeAll(async () => {
  const { tokenizer, config } = byteTokenizerFiles();
  const checkpoint = tinyCheckpoint();
  const files = new Map(checkpoint.files)
    .set('tokenizer.json', JSON.stringify(tokenizer))
    .set('tokenizer_config.json', JSON.stringify(config));
  const folder = memoryFolder();
  const options = { dtype: 'q4', name: 'base', source: 'test', licence: 'none' } as const;
  await exportOnnx({ ...checkpoint, files }, folder, options);
  exported = folder.files;
});

let database: ModelDatabase;
let vault: ReturnType<typeof memoryVault>;
let store: FileStore;
let count = 0;
beforeEach(async () => {
  database = await openModelDatabase(`converted-${count++}`);
  vault = memoryVault();
  store = again();
  for (const [path, blob] of exported)
    await store.append({ model: 'base', path, bytes: 0 }, blob.stream(), { sha256: await hashBlob(blob) });
});
afterEach(() => database.close());

/** A store over the same bytes, as the next visit opens one. */
const again = (): FileStore => new FileStore(vault, database, 65_536);

/** The model's files, and the paths of those that were opened. */
async function watched(): Promise<{ files: ModelFiles; opened: Set<string> }> {
  const files = await again().modelFiles('base', 'Base');
  const opened = new Set<string>();
  return { files: { ...files, open: (path) => (opened.add(path), files.open(path)) }, opened };
}

/** Loads the model, and says whether that converted anything. */
async function load(from: FileStore | undefined = again(), options: LoadOptions = {}) {
  const stages = new Set<string>();
  const { files, opened } = await watched();
  const onProgress: LoadOptions['onProgress'] = (progress) => {
    stages.add(progress.stage);
    options.onProgress?.(progress);
  };
  const contextWindow = await convertibleWindow(files, options);
  const gguf = await convertedGguf(from, RECORD, files, { ...options, onProgress });
  const bytes = Buffer.from(await gguf.arrayBuffer());
  return { bytes, contextWindow, converted: stages.has('Preparing the weights for llama.cpp'), opened };
}

const kept = async (): Promise<string[]> =>
  (await store.files('base')).map(({ path }) => path).filter((path) => path.startsWith('converted/'));

async function replace(path: string, change: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>) {
  const bytes = change(new Uint8Array(await (await store.open('base', path)).arrayBuffer()));
  await store.removeFile('base', path);
  await store.append({ model: 'base', path, bytes: 0 }, new Blob([bytes]).stream());
}

describe('convertedGguf', () => {
  it('converts a model once; the next load has the same bytes and reads no weights', async () => {
    const first = await load();
    expect([first.converted, first.bytes.toString('latin1', 0, 4)]).toEqual([true, 'GGUF']);
    expect(first.contextWindow).toBe(tinyCheckpoint().config.contextLength);
    expect(await kept()).toEqual(['converted/converted.json', 'converted/model.gguf']);
    const second = await load();
    expect([second.converted, second.bytes.equals(first.bytes)]).toEqual([false, true]);
    expect(second.contextWindow).toBe(first.contextWindow);
    expect([...first.opened].filter((path) => path.startsWith(DATA))).toEqual([DATA]);
    expect([...second.opened].filter((path) => path.startsWith(DATA))).toEqual([]);
  });

  it('is counted as stored, listed with no model, and removed with it', async () => {
    const before = await store.modelFiles('base', 'Base');
    const { files: own } = await store.storedBytes('base');
    const { bytes } = await load();
    const stored = await store.storedBytes('base');
    expect(stored.files).toBe(own);
    expect(stored.made).toBeGreaterThanOrEqual(bytes.length);
    expect((await store.modelFiles('base', 'Base')).list).toEqual(before.list);
    await store.remove('base');
    expect(vault.keys()).toEqual([]);
  });

  it.each([
    ['weights', DATA, (bytes: Uint8Array<ArrayBuffer>) => bytes.map((byte, i) => (i % 7 === 0 ? byte ^ 17 : byte))],
    [
      'tokenizer',
      'tokenizer_config.json',
      (bytes: Uint8Array<ArrayBuffer>) => {
        const settings = JSON.parse(new TextDecoder().decode(bytes)) as object;
        return new TextEncoder().encode(JSON.stringify({ ...settings, chat_template: 'ANOTHER' }));
      },
    ],
  ] as const)('converts afresh for other %s, and replaces the stale file', async (_, path, change) => {
    const first = await load();
    await replace(path, change);
    const later = await load();
    expect([later.converted, later.bytes.equals(first.bytes)]).toEqual([true, false]);
    expect(await kept()).toHaveLength(2);
    expect((await load()).converted).toBe(false);
  });

  it.each(['converted/converted.json', 'converted/model.gguf'])(
    'converts afresh when %s is damaged or gone',
    async (path) => {
      const whole = (await load()).bytes;
      const key = vault.keys().find((each) => each.startsWith(`base/${path}/`)) ?? '';
      const bytes = new Uint8Array(await ((await vault.get(key)) ?? new Blob()).arrayBuffer());
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 255;
      await vault.put(key, bytes);
      const mended = await load();
      expect([mended.converted, mended.bytes.equals(whole)]).toEqual([true, true]);
      await vault.clear(`base/${path}`);
      expect((await load()).converted).toBe(true);
    },
  );

  it('is kept for the two models that were converted last', async () => {
    const { files } = await watched();
    const { files: own } = await store.storedBytes('base');
    for (const id of ['base', 'b', 'c', 'd', 'c']) await convertedGguf(again(), { id, name: id }, files, {});
    const keptOf = async (id: string) => (await store.storedBytes(id)).made > 0;
    expect(await Promise.all(['base', 'b', 'c', 'd'].map(keptOf))).toEqual([false, false, true, true]);
    await load();
    expect(await Promise.all(['base', 'b', 'c', 'd'].map(keptOf))).toEqual([true, false, false, true]);
    expect((await store.storedBytes('base')).files).toBe(own);
  });

  it('works in memory without a store and when the device is full', async () => {
    const { bytes } = await load();
    const { files } = await watched();
    const inMemory = await convertedGguf(undefined, RECORD, files, {});
    expect(Buffer.from(await inMemory.arrayBuffer()).equals(bytes)).toBe(true);
    const full = new FileStore(memoryVault(1000), await openModelDatabase(`full-${count++}`), 65_536);
    expect((await load(full)).bytes.equals(bytes)).toBe(true);
    expect(await full.files('base')).toEqual([]);
  });

  it('keeps nothing of a conversion that was cancelled', async () => {
    const stop = new AbortController();
    const onProgress = ({ stage }: { stage: string }) => stage.startsWith('Preparing') && stop.abort();
    await expect(load(again(), { signal: stop.signal, onProgress })).rejects.toMatchObject({ code: 'cancelled' });
    expect(await kept()).toEqual([]);
    expect((await load()).converted).toBe(true);
  });

  it('refuses a folder of another exporter before it reads its weights', async () => {
    await replace(GRAPH, (bytes) => encodeModel({ ...decodeModel(bytes), producerName: 'another' }).slice());
    const { files, opened } = await watched();
    await expect(convertibleWindow(files, {})).rejects.toMatchObject({ code: 'unsupported' });
    expect([...opened]).toEqual([GRAPH]);
    await expect(convertedGguf(store, RECORD, files, {})).rejects.toMatchObject({ code: 'unsupported' });
    expect(await kept()).toEqual([]);
  });
});

const GPU: GpuProbe = { ...CARD, halfPrecision: false };

describe('gpuFiles', () => {
  /** Loads the model for WebGPU, and says whether that converted anything. */
  async function forGpu(gpu: GpuProbe = GPU) {
    const stages = new Set<string>();
    const { files, opened } = await watched();
    const wide = await gpuFiles(again(), RECORD, files, { onProgress: ({ stage }) => stages.add(stage) }, () =>
      Promise.resolve(gpu),
    );
    return { ...wide, own: files, opened, converted: stages.has('Preparing the weights for the graphics device') };
  }
  const inputsOf = async (files: ModelFiles) =>
    decodeModel(new Uint8Array(await (await files.open(GRAPH)).arrayBuffer())).graph.inputs.map(({ name }) => name);

  it('have a graph for WebGPU, and the rest of the model; the next load reads no weights', async () => {
    const first = await forGpu();
    expect([first.converted, await inputsOf(first.own), await inputsOf(first.files)]).toEqual([
      true,
      expect.arrayContaining(['attention_mask']),
      expect.arrayContaining(['seqlens_k']),
    ]);
    const paths = ({ list }: ModelFiles) => list.map(({ path }) => path).sort();
    expect(paths(first.files)).toEqual(
      [...paths(first.own), 'onnx/vocabulary_q4.onnx', 'onnx/vocabulary_q4.onnx_data'].sort(),
    );
    const second = await forGpu();
    expect([second.converted, second.form]).toEqual([false, first.form]);
    expect([...second.opened].filter((path) => path.startsWith(DATA))).toEqual([]);
    const bytes = async (files: ModelFiles) => Buffer.from(await (await files.open(DATA)).arrayBuffer());
    expect((await bytes(second.files)).equals(await bytes(first.files))).toBe(true);
    expect((await store.storedBytes('base')).made).toBeGreaterThan((await bytes(first.files)).length);
  });

  it('are the own files where there is no graphics device, and for models of other exporters', async () => {
    const without = await forGpu({ available: false, reason: 'none' });
    expect([without.files, without.form]).toEqual([without.own, undefined]);
    await replace(GRAPH, (bytes) => encodeModel({ ...decodeModel(bytes), producerName: 'another' }).slice());
    const foreign = await forGpu();
    expect([foreign.files, foreign.form]).toEqual([foreign.own, undefined]);
  });

  it('are the own files where a shader cannot see the whole vocabulary', async () => {
    const { hiddenSize, vocabSize } = tinyCheckpoint().config;
    const enough = await forGpu({ ...GPU, maxBindingBytes: hiddenSize * vocabSize });
    expect(enough.form).toBeDefined();
    const tooFew = await forGpu({ ...GPU, maxBindingBytes: hiddenSize * vocabSize - 1 });
    expect([tooFew.files, tooFew.form]).toEqual([tooFew.own, undefined]);
  });

  it('are made afresh for other weights', async () => {
    const first = await forGpu();
    await replace(DATA, (bytes) => bytes.map((byte, i) => (i % 7 === 0 ? byte ^ 17 : byte)));
    const later = await forGpu();
    expect(later.converted).toBe(true);
    expect(later.form).not.toBe(first.form);
  });
});
