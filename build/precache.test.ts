import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listBuild } from './precache.ts';

describe('listBuild', () => {
  let folder: string;
  const files: Record<string, string | Buffer> = {
    'index.html': '<!doctype html>',
    'theme.js': 'first()',
    'assets/index-a.js': 'entry()',
    'assets/later-b.js': 'later()',
    'assets/style.css': 'body {}',
    'assets/later-b.js.map': '{}',
    'dialogues/solace.json': '[]',
    'dialogues/solace-exchanges.bin': 'SLX1',
    'dialogues/README.md': '# Dialogues',
    'models/small/model.onnx': 'weights',
    'ort/big.wasm': Buffer.alloc(5 * 1024 * 1024),
    'service-worker.js': 'old()',
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'solace-precache-'));
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content);
    }
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('puts each file into its tier and leaves out models, maps and itself', async () => {
    const { entries } = await listBuild(folder, new Set(['assets/index-a.js']));
    expect(Object.fromEntries(entries.map((entry) => [entry.path, entry.tier]))).toEqual({
      '': 'install',
      'theme.js': 'install',
      'assets/index-a.js': 'install',
      'assets/style.css': 'install',
      'assets/later-b.js': 'idle',
      'dialogues/README.md': 'idle',
      'dialogues/solace.json': 'use',
      'dialogues/solace-exchanges.bin': 'use',
      'ort/big.wasm': 'use',
    });
  });

  it('lists size and hash of the content', async () => {
    const { entries } = await listBuild(folder, new Set());
    const css = entries.find((entry) => entry.path === 'assets/style.css');
    const digest = createHash('sha256').update('body {}').digest('base64');
    expect(css).toMatchObject({ bytes: 7, integrity: `sha256-${digest}` });
  });

  it('derives the version from the content alone', async () => {
    const before = await listBuild(folder, new Set());
    expect(await listBuild(folder, new Set())).toEqual(before);
    await writeFile(join(folder, 'assets/style.css'), 'body { color: red }');
    expect((await listBuild(folder, new Set())).version).not.toBe(before.version);
  });
});
