import { appendFile, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diskFolder } from '../../trainer/files/sink.ts';
import { tinyCheckpoint } from '../core/engine/testing/tiny-model.ts';
import { readRows } from '../core/formats/checkpoint/checkpoint.ts';
import { exportOnnx } from '../core/formats/export/export.ts';
import { MANIFEST_NAME } from '../core/formats/manifest.ts';
import { bytesSource } from '../core/formats/source.ts';
import { mergedCheckpoint, openAdapterFiles } from '../core/training/merge/index.ts';
import { ADAPTER_FORMAT } from '../core/training/merge/manifest.ts';
import { ADAPTER_CONFIG, ADAPTER_FILE } from '../core/training/peft-config.ts';
import { tinyAdapterFiles } from '../core/training/testing/tiny-adapter.ts';
import { openExportedFiles } from '../engines/exported-files.ts';
import { adapterHashes, mergedFolder } from './adapter-folder.ts';
import { nodeFiles } from './node-files.ts';
import { checkManifest, readManifest, sha256Of } from './node-manifest.ts';

const TENSOR = 'model.layers.1.self_attn.v_proj.weight';

let root = '';
let base = '';
let cache = '';
const place = (name: string): string => join(root, name);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lab-adapter-folder-'));
  base = place('base');
  cache = place('cache');
  await exportOnnx(tinyCheckpoint(), diskFolder(base), {
    dtype: 'fp32',
    name: 'tiny',
    source: 'test',
    licence: 'none',
  });
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function writeAdapter(name: string, seed: number): Promise<string> {
  const folder = place(name);
  await mkdir(folder, { recursive: true });
  for (const [path, blob] of await tinyAdapterFiles(tinyCheckpoint().config, seed))
    await writeFile(join(folder, path), new Uint8Array(await blob.arrayBuffer()));
  return folder;
}

/** Writes the manifest of an adapter; `weights` are the hashes of its base, which default to the true ones. */
async function writeManifest(folder: string, weights?: { path: string; bytes: number; sha256: string }[]) {
  const files = await Promise.all(
    [ADAPTER_CONFIG, ADAPTER_FILE].map(async (path) => ({
      path,
      bytes: (await stat(join(folder, path))).size,
      sha256: await sha256Of(join(folder, path)),
    })),
  );
  const own = (await readManifest(base))?.files.filter(({ path }) => path.startsWith('onnx/')) ?? [];
  const manifest = {
    format: ADAPTER_FORMAT,
    version: 1,
    name: 'tiny adapter',
    summary: 'For tests.',
    base: { id: 'tiny', weights: weights ?? own },
    rank: 4,
    alpha: 8,
    scaling: 2,
    targets: ['q_proj'],
    dataset: 'none',
    dtype: 'F32',
    licence: 'none',
    files,
  };
  await writeFile(join(folder, MANIFEST_NAME), JSON.stringify(manifest));
}

const merge = (adapter: string): Promise<string> => mergedFolder(base, adapter, { cache });
const cached = async (): Promise<string[]> => (await readdir(cache)).sort();
const rowsOf = async (folder: string): Promise<Float32Array> =>
  readRows(await openExportedFiles(await nodeFiles(folder), {}), TENSOR, 0, 32);

const distance = (a: Float32Array, b: Float32Array): number =>
  Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? NaN))));

describe('a base with an adapter merged into it', () => {
  it('is a whole model folder with the changed weights, made once', async () => {
    const adapter = await writeAdapter('made', 1);
    const folder = await merge(adapter);
    await checkManifest(folder);
    expect((await readManifest(folder))?.name).toBe('tiny');
    const files = await Promise.all(
      [ADAPTER_CONFIG, ADAPTER_FILE].map(async (name) => bytesSource(name, await readFile(join(adapter, name)))),
    );
    const { adapter: opened } = await openAdapterFiles('made', files);
    const expected = await readRows(
      mergedCheckpoint(tinyCheckpoint(), [{ adapter: opened, weight: 1 }]),
      TENSOR,
      0,
      32,
    );
    const found = await rowsOf(folder);
    expect(distance(found, expected)).toBeLessThan(1e-6);
    expect(distance(found, await rowsOf(base))).toBeGreaterThan(0.1);

    // Merging stops at once, and what is there already needs no merging.
    const stopped = { cache, signal: AbortSignal.abort() };
    expect(await mergedFolder(base, adapter, stopped)).toBe(folder);
    const before = await cached();
    await expect(mergedFolder(base, await writeAdapter('new', 10), stopped)).rejects.toThrow();
    expect(await cached()).toEqual(before);
  });

  it('is made again when it was damaged', async () => {
    const adapter = await writeAdapter('damaged', 2);
    const folder = await merge(adapter);
    const intact = await rowsOf(folder);
    const shared = new Set((await readManifest(base))?.files.map(({ path }) => path));
    const [own = ''] = (await readdir(join(folder, 'onnx'))).filter((name) => !shared.has(`onnx/${name}`));
    const path = join(folder, 'onnx', own);
    await writeFile(path, new Uint8Array((await stat(path)).size));
    expect(distance(await rowsOf(folder), intact)).toBeGreaterThan(0.1);
    expect(await merge(adapter)).toBe(folder);
    expect(await rowsOf(folder)).toEqual(intact);
  });

  it('replaces the one of an earlier version of the adapter, and no other', async () => {
    const adapter = await writeAdapter('runs/one/best', 3);
    // Trained adapters are all in folders called best.
    const other = await merge(await writeAdapter('runs/two/best', 4));
    const first = await merge(adapter);
    const before = await cached();
    await writeAdapter('runs/one/best', 5);
    const second = await merge(adapter);
    expect(second).not.toBe(first);
    const after = await cached();
    expect(after).toHaveLength(before.length);
    expect(after.filter((name) => !before.includes(name)).map((name) => join(cache, name))).toEqual([second]);
    expect(before.filter((name) => !after.includes(name)).map((name) => join(cache, name))).toEqual([first]);
    expect(await merge(place('runs/two/best'))).toBe(other);
  });

  it('has the chat template of its adapter', async () => {
    const adapter = await writeAdapter('template', 6);
    await writeFile(join(adapter, 'chat_template.jinja'), 'as trained');
    const folder = await merge(adapter);
    expect(await readFile(join(folder, 'chat_template.jinja'), 'utf8')).toBe('as trained');
    await checkManifest(folder);
  });
});

describe('an adapter is refused', () => {
  it('when it differs from its manifest, or the manifest is damaged', async () => {
    const adapter = await writeAdapter('changed', 7);
    await writeManifest(adapter);
    await merge(adapter);
    await appendFile(join(adapter, ADAPTER_FILE), 'x');
    await expect(merge(adapter)).rejects.toThrow(/the manifest says/);
    await writeFile(join(adapter, MANIFEST_NAME), JSON.stringify({ format: ADAPTER_FORMAT }));
    await expect(merge(adapter)).rejects.toMatchObject({ code: 'bad-file' });
  });

  it('when it was made for another version of the base', async () => {
    const adapter = await writeAdapter('other-base', 8);
    const weights = [{ path: 'onnx/model.onnx', bytes: 1, sha256: '0'.repeat(64) }];
    await writeManifest(adapter, weights);
    await expect(merge(adapter)).rejects.toMatchObject({ code: 'hash-mismatch' });
    await expect(merge(adapter)).rejects.toThrow(
      /made for another version of tiny: the SHA-256 of onnx\/model\.onnx differs/,
    );
    // The weights before export are other files, which say nothing about the exported ones.
    await writeManifest(adapter, [{ path: 'model.safetensors', bytes: 1, sha256: '0'.repeat(64) }]);
    expect(await merge(adapter)).toContain(cache);
  });

  it('when it does not fit the base, and leaves nothing behind', async () => {
    const adapter = place('wide');
    await cp(await writeAdapter('fits', 9), adapter, { recursive: true });
    const config = { ...tinyCheckpoint().config, layers: 3 };
    for (const [path, blob] of await tinyAdapterFiles(config, 9))
      await writeFile(join(adapter, path), new Uint8Array(await blob.arrayBuffer()));
    const before = await cached();
    await expect(merge(adapter)).rejects.toThrow(/no module "model\.layers\.2/);
    expect(await cached()).toEqual(before);
  });

  it('when its base is not an export of this lab', async () => {
    const foreign = place('foreign');
    await cp(base, foreign, { recursive: true });
    await rm(join(foreign, MANIFEST_NAME));
    await expect(mergedFolder(foreign, await writeAdapter('over-foreign', 1), { cache })).rejects.toMatchObject({
      code: 'missing-file',
    });
  });
});

it('lists the files of an adapter that are read, with their hashes', async () => {
  const adapter = await writeAdapter('listed', 1);
  await writeFile(join(adapter, 'README.md'), 'not read');
  const hashes = await adapterHashes(adapter);
  expect(hashes.map(({ path }) => path).sort()).toEqual([ADAPTER_CONFIG, ADAPTER_FILE]);
  for (const { path, sha256 } of hashes) expect(sha256).toBe(await sha256Of(join(adapter, path)));
});
