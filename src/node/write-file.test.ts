import { mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openWorkFolder, type WorkFolder } from './work-folder.ts';
import { replaceFile } from './write-file.ts';

let root = '';
beforeEach(async () => void (root = await mkdtemp(join(tmpdir(), 'lab-write-'))));
afterEach(() => rm(root, { recursive: true }));

const openFolder = (): Promise<WorkFolder<unknown>> =>
  openWorkFolder(join(root, 'out'), {
    task: { file: 'task.json', text: '{}', compare: () => undefined },
    lines: { file: 'lines.jsonl', schema: z.unknown(), what: 'line' },
    others: ['summary.json'],
  });

describe('replaceFile', () => {
  it('keeps a link, and replaces the file that it points to', async () => {
    await writeFile(join(root, 'target'), 'old');
    await symlink('target', join(root, 'link'));
    await replaceFile(join(root, 'link'), 'new');
    expect(await readlink(join(root, 'link'))).toBe('target');
    expect(await readFile(join(root, 'target'), 'utf8')).toBe('new');
  });
});

describe('a file of a folder of work', () => {
  it('may be a link, and stays one', async () => {
    const work = await openFolder();
    await writeFile(join(root, 'elsewhere.json'), 'old');
    await symlink('../elsewhere.json', join(root, 'out/summary.json'));
    await work.write('summary.json', 'new');
    await work.close();
    expect(await readlink(join(root, 'out/summary.json'))).toBe('../elsewhere.json');
    expect(await readFile(join(root, 'elsewhere.json'), 'utf8')).toBe('new');
  });

  it('leaves nothing beside it when it cannot be written, and says what to do', async () => {
    const work = await openFolder();
    await mkdir(join(root, 'out/summary.json'));
    await expect(work.write('summary.json', 'new')).rejects.toMatchObject({
      code: 'io',
      detail: { where: join(root, 'out/summary.json'), todo: expect.stringContaining('--out') as string },
    });
    await work.close();
    expect(await readdir(join(root, 'out'))).toEqual(['summary.json', 'task.json']);
  });
});
