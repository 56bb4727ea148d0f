import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readLocalDataset } from './dataset-file.ts';
import { checkManifest } from './node-manifest.ts';
import { exists, readIfPresent, readText } from './read-file.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lab-read-'));
  await writeFile(join(folder, 'file'), 'text');
  // What no user can read, not even root.
  await symlink('loop', join(folder, 'loop'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('a file that may be missing', () => {
  it('is read, or found to be missing', async () => {
    expect(await readIfPresent(join(folder, 'file'))).toBe('text');
    expect(await readIfPresent(join(folder, 'other'))).toBeUndefined();
    expect(await readIfPresent(join(folder, 'file/below'))).toBeUndefined();
    expect(await exists(join(folder, 'file'))).toBe(true);
    expect(await exists(join(folder, 'other'))).toBe(false);
  });

  it('is not taken for missing when it cannot be read', async () => {
    const path = join(folder, 'loop');
    await expect(readIfPresent(path)).rejects.toMatchObject({ code: 'io', detail: { where: path } });
    await expect(exists(path)).rejects.toMatchObject({ code: 'io' });
  });

  it('does not switch off the check of hashes when it is the manifest', async () => {
    await mkdir(join(folder, 'model/manifest.json'), { recursive: true });
    await expect(checkManifest(join(folder, 'model'))).rejects.toMatchObject({ code: 'io' });
  });
});

describe('a file that a person named', () => {
  const words = { what: 'The notes cannot be read', todo: 'Check --notes.' };

  it('is reported as missing only when it is', async () => {
    await expect(readText(join(folder, 'other'), words)).rejects.toMatchObject({
      code: 'missing-file',
      message: expect.stringMatching(/The notes cannot be read \(ENOENT.*Check --notes\.$/) as string,
    });
    await expect(readText(join(folder, 'loop'), words)).rejects.toMatchObject({ code: 'io' });
    await expect(readLocalDataset([join(folder, 'other')])).rejects.toMatchObject({ code: 'missing-file' });
    await expect(readLocalDataset([join(folder, 'loop')])).rejects.toMatchObject({ code: 'io' });
  });
});
