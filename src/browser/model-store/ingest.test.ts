import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exportOnnx } from '../../core/formats/export/export.ts';
import type { FileSink, FolderSink } from '../../core/formats/export/sink.ts';
import { checkpointToGguf, type GgufOptions } from '../../core/formats/gguf/from-checkpoint.ts';
import { loadEndTokens, loadShape } from '../../core/engine/load-config.ts';
import { readJson } from '../../core/engine/files.ts';
import { tinyCheckpoint } from '../../core/engine/testing/tiny-model.ts';
import { markedName } from '../../core/tokenizer/plain-text.ts';
import { loadChatTokenizer } from '../../core/engine/load-tokenizer.ts';
import { listVariants } from '../../engines/transformers/variants.ts';
import { memorySink } from '../../core/formats/export/memory-sink.ts';
import { ggufFromOnnx } from '../../engines/wllama/from-onnx.ts';
import { openModelDatabase, type ModelDatabase } from './database.ts';
import { FileStore } from './file-store.ts';
import { checkParts, ingestFiles } from './ingest.ts';
import { memoryVault } from './blob-store.ts';
import { useFakeIndexedDb } from '../../../tests/harness/fake-indexeddb.ts';

useFakeIndexedDb();

let database: ModelDatabase;
let store: FileStore;
let vault: ReturnType<typeof memoryVault>;
let count = 0;
beforeEach(async () => {
  database = await openModelDatabase(`ingest-${count++}`);
  vault = memoryVault();
  store = new FileStore(vault, database, 4096);
});
afterEach(() => database.close());

type Dropped = { path: string; file: File };
const file = (path: string, content: BlobPart): Dropped => ({
  path,
  file: new File([content], path.split('/').pop() ?? path),
});

function sink(into: (bytes: Buffer) => void): FileSink {
  const parts: Uint8Array[] = [];
  return {
    write: async (bytes) => void parts.push(bytes.slice()),
    async close() {
      const bytes = Buffer.concat(parts);
      into(bytes);
      return { path: '', bytes: bytes.length, sha256: '0'.repeat(64) };
    },
  };
}

async function onnxFolder(prefix = 'my model/'): Promise<Dropped[]> {
  const out: Dropped[] = [];
  const folder: FolderSink = {
    create: async (path) => ({ ...sink((bytes) => void out.push(file(prefix + path, new Uint8Array(bytes)))) }),
  };
  await exportOnnx(tinyCheckpoint(), folder, { dtype: 'fp32', name: 'tiny', source: 'test', licence: 'none' });
  // The sink above computes no hashes, so the manifest would be wrong.
  return out.filter(({ path }) => !path.endsWith('manifest.json'));
}

async function gguf(options: Partial<GgufOptions> = {}): Promise<Dropped> {
  const parts: Buffer[] = [];
  const into = sink((all) => void parts.push(all));
  await checkpointToGguf(tinyCheckpoint(), into, { name: 'tiny', type: 'keep', ...options });
  await into.close();
  return file('Tiny.F32.gguf', new Uint8Array(Buffer.concat(parts)));
}

/** There are no other models, so no base for an adapter. */
const ALONE = { known: [], openBase: () => Promise.reject(new Error('There is no base.')) };

describe('ingestFiles', () => {
  it('accepts an ONNX folder, ignoring its name', async () => {
    const record = await ingestFiles(store, await onnxFolder(), false, ALONE, {});
    expect(record).toMatchObject({ id: 'my-model', format: 'onnx', url: null, added: true });
    const files = await store.modelFiles(record.id, record.name);
    expect(listVariants(files).map(({ variant }) => variant)).toEqual(['fp32']);
    expect(await loadShape(files)).toMatchObject({
      vocabSize: 288,
      layers: 2,
      kvHeads: 2,
      headDim: 16,
      contextLength: 512,
    });
    expect(await loadEndTokens(files)).toEqual([257]);
    expect((await loadChatTokenizer(files)).encode('<s>a')).toEqual([256, 97]);
    expect((await ingestFiles(store, await onnxFolder(), false, ALONE, {})).id).toBe('my-model-2');
  });

  it('names every file that a folder lacks and keeps nothing of it', async () => {
    const folder = (await onnxFolder()).filter(({ path }) => !/tokenizer|data/.test(path));
    await expect(ingestFiles(store, folder, false, ALONE, {})).rejects.toMatchObject({
      code: 'missing-file',
      message: expect.stringMatching(/tokenizer\.json, tokenizer_config\.json/),
    });
    expect(vault.keys()).toEqual([]);
    const weights = [file('config.json', '{}'), file('model.safetensors', 'x')];
    await expect(ingestFiles(store, weights, false, ALONE, {})).rejects.toMatchObject({
      code: 'missing-file',
      message: expect.stringContaining('tokenizer.json'),
    });
    await expect(ingestFiles(store, [file('notes.txt', 'x')], false, ALONE, {})).rejects.toMatchObject({
      code: 'bad-file',
    });
    await expect(ingestFiles(store, [], false, ALONE, {})).rejects.toMatchObject({ code: 'bad-file' });
  });

  it('checks a folder against its manifest', async () => {
    const folder = await onnxFolder();
    const listed = { path: 'config.json', bytes: 1, sha256: 'ab'.repeat(32) };
    const lying = [...folder, file('my model/manifest.json', JSON.stringify({ files: [listed] }))];
    await expect(ingestFiles(store, lying, false, ALONE, {})).rejects.toMatchObject({
      code: 'hash-mismatch',
      detail: { where: 'config.json' },
    });
    expect(vault.keys()).toEqual([]);
  });

  it('stores a GGUF unchanged, and converts one to an ONNX folder on request', async () => {
    const kept = await ingestFiles(store, [await gguf()], false, ALONE, {});
    expect(kept).toMatchObject({ id: 'tiny.f32', format: 'gguf', parts: ['Tiny.F32.gguf'] });
    const stages = new Set<string>();
    const converted = await ingestFiles(store, [await gguf()], true, ALONE, {
      onProgress: ({ stage }) => stages.add(stage),
    });
    expect(converted).toMatchObject({ format: 'onnx' });
    expect([...stages]).toEqual(['Converting the model to ONNX']);
    const files = await store.modelFiles(converted.id, converted.name);
    expect(listVariants(files).map(({ variant }) => variant)).toEqual(['q4']);
    const manifest = (await readJson(files, 'manifest.json')) as {
      files: { path: string; sha256: string; bytes: number }[];
    };
    expect(manifest.files.every(({ sha256, bytes }) => /^[0-9a-f]{64}$/.test(sha256) && bytes > 0)).toBe(true);
  });

  it('gives the same GGUF back from an ONNX folder, except names of control tokens no message can have', async () => {
    const record = await ingestFiles(store, await onnxFolder(), false, ALONE, {});
    const sink = memorySink('model.gguf');
    await ggufFromOnnx(await store.modelFiles(record.id, 'tiny'), sink, {});
    const blob = sink.blob();
    const original = (await gguf({ addStart: false, spell: markedName })).file;
    expect(await blob.text()).toContain('\ufdd0</s>');
    expect(blob.size).toBe(original.size);
    const [a, b] = await Promise.all([blob.arrayBuffer(), original.arrayBuffer()]);
    expect(Buffer.from(a).equals(Buffer.from(b))).toBe(true);
  });

  it('refuses files that only claim to be GGUF, and sets of parts with gaps', async () => {
    await expect(ingestFiles(store, [file('a.gguf', '<html>')], false, ALONE, {})).rejects.toMatchObject({
      code: 'bad-file',
      detail: { where: 'a.gguf' },
    });
    expect(() => checkParts('m', ['m-00001-of-00003.gguf', 'm-00003-of-00003.gguf'])).toThrow(
      expect.objectContaining({ code: 'missing-file', message: expect.stringContaining('00002') }),
    );
    expect(() => checkParts('m', ['a.gguf', 'b.gguf'])).toThrow(expect.objectContaining({ code: 'bad-file' }));
  });

  it('stops on request and when the device is full, keeping nothing', async () => {
    await expect(
      ingestFiles(store, await onnxFolder(), false, ALONE, { signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({
      code: 'cancelled',
    });
    const full = memoryVault(20_000);
    const small = new FileStore(full, database, 4096);
    await expect(ingestFiles(small, [await gguf()], true, ALONE, {})).rejects.toMatchObject({ code: 'quota' });
    expect(full.keys()).toEqual([]);
  });
});
