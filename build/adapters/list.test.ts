import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { EMBEDDED_MODEL } from '../../src/core/engine/embedded.ts';
import { adapterManifestSchema, type AdapterManifest } from '../../src/core/training/merge/manifest.ts';
import { readManifest } from '../../src/node/node-manifest.ts';
import { EMBEDDED_FOLDER } from '../../src/node/model-choice.ts';
import { openAdapterPath } from '../../trainer/files/open-adapter.ts';
import { ADAPTERS, listAdapters } from './list.ts';

const LIST = new URL('../../src/core/engine/adapters.json', import.meta.url);

it('the page lists the adapters that are there: `npm run adapters` brings the list up to date', async () => {
  expect(await readFile(LIST, 'utf8')).toBe(await listAdapters(ADAPTERS));
});

it('each adapter names the base that comes with the lab, and has known values of its own', async () => {
  const base = await readManifest(EMBEDDED_FOLDER);
  const listed = JSON.parse(await readFile(LIST, 'utf8')) as { name: string }[];
  for (const { name } of listed) {
    const manifest = adapterManifestSchema.parse(
      JSON.parse(await readFile(join(ADAPTERS, name, 'manifest.json'), 'utf8')),
    );
    expect(manifest.base.id).toBe(EMBEDDED_MODEL.id);
    for (const file of manifest.base.weights) expect(base?.files).toContainEqual(file);
    expect(manifest.selfTest?.ids).toEqual(base?.selfTest?.ids);
    expect(manifest.selfTest?.logprobs).not.toEqual(base?.selfTest?.logprobs);
  }
});

it('each adapter has the rank that its manifest and its summary name', async () => {
  for (const { name, summary } of JSON.parse(await readFile(LIST, 'utf8')) as { name: string; summary: string }[]) {
    const { adapter, close } = await openAdapterPath(join(ADAPTERS, name));
    const ranks = new Set([...adapter.modules.values()].map(({ a }) => a.shape[0]));
    await close();
    const { rank } = adapterManifestSchema.parse(
      JSON.parse(await readFile(join(ADAPTERS, name, 'manifest.json'), 'utf8')),
    );
    expect([...ranks], name).toEqual([rank]);
    expect([...summary.matchAll(/rank (\d+)/g)].map(([, named]) => Number(named))).toEqual(
      summary.includes('rank') ? [rank] : [],
    );
  }
});

it('lists titles, sizes and templates, the default first', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'adapters-'));
  try {
    for (const name of ['corpus-raw', 'solace']) {
      const sha256 = 'ab'.repeat(32);
      const manifest: AdapterManifest = {
        format: 'solace-lab-adapter',
        version: 1,
        name: `Adapter ${name}`,
        summary: 'Trained on something.',
        base: { id: 'base', weights: [{ path: 'onnx/model_q4.onnx', bytes: 1, sha256 }] },
        rank: 64,
        alpha: 32,
        scaling: 0.5,
        targets: ['q_proj'],
        dataset: 'something',
        dtype: 'Q8_0',
        licence: 'Apache-2.0',
        ...(name === 'solace' && { chatTemplate: 'TEMPLATE' }),
        files: [{ path: 'adapter.gguf', bytes: 7, sha256 }],
      };
      await mkdir(join(folder, name));
      await writeFile(join(folder, name, 'manifest.json'), JSON.stringify(manifest));
    }
    const common = { summary: 'Trained on something.', licence: 'Apache-2.0', bytes: 7 };
    expect(JSON.parse(await listAdapters(folder))).toEqual([
      { ...common, name: 'solace', title: 'Adapter solace', template: 'TEMPLATE' },
      { ...common, name: 'corpus-raw', title: 'Adapter corpus-raw', template: null },
    ]);
    expect(await listAdapters(join(folder, 'none'))).toBe('[]\n');
  } finally {
    await rm(folder, { recursive: true });
  }
});
