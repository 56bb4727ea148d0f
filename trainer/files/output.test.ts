import { existsSync, statSync } from 'node:fs';
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { claimFolder, ownFolder, recoverFolder, removeWritten } from './output.ts';
import { filesIn, MARKER } from './written.ts';

let all = '';
let root = '';
beforeAll(async () => void (all = await mkdtemp(join(tmpdir(), 'solace-output-'))));
beforeEach(async () => void (root = await mkdtemp(join(all, 'case-'))));
afterAll(() => rm(all, { recursive: true, force: true }));

async function put(files: Record<string, string>, folder = root): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

async function texts(folder: string): Promise<Record<string, string>> {
  const paths = (await filesIn(folder)).filter((path) => path !== MARKER);
  return Object.fromEntries(
    await Promise.all(paths.map(async (path) => [path, await readFile(join(folder, path), 'utf8')])),
  );
}

const isMount = (path: string): boolean => existsSync(path) && statSync(path).dev !== statSync(dirname(path)).dev;

/** Writes files as a command would. */
async function produce(
  out: string,
  files: Record<string, string>,
  { force = false, inputs = {} } = {},
): Promise<string[]> {
  const printed: string[] = [];
  const folder = await claimFolder(out, { force, inputs, print: (line) => printed.push(line) });
  await folder.write((temporary) => put(files, temporary));
  return printed;
}

describe('claimFolder', () => {
  it('writes a new folder or an empty one, and replaces what the lab wrote', async () => {
    const out = join(root, 'a/b');
    await produce(out, { 'x.bin': 'one', 'sub/old.bin': 'old' });
    expect(await texts(out)).toEqual({ 'x.bin': 'one', 'sub/old.bin': 'old' });
    expect(await produce(out, { 'x.bin': 'two' })).toEqual([expect.stringContaining('it is replaced') as string]);
    expect(await texts(out)).toEqual({ 'x.bin': 'two' });
    expect((await readdir(out)).sort()).toEqual([MARKER, 'x.bin']);
    await mkdir(join(root, 'empty'));
    await produce(join(root, 'empty'), { 'x.bin': 'one' });
    expect((await readdir(root)).sort()).toEqual(['a', 'empty']);
  });

  it.each(['parent', 'file in it', 'hidden file'])('refuses a folder that the lab did not write: %s', async (kind) => {
    const out = join(root, 'home');
    const mine = { parent: 'other/model.bin', 'file in it': 'x.bin', 'hidden file': '.notes' }[kind] ?? '';
    await put({ [mine]: 'mine' }, out);
    await expect(produce(out, { 'x.bin': 'new' })).rejects.toMatchObject({
      code: 'bad-config',
      message: expect.stringContaining('--force') as string,
    });
    expect(await texts(out)).toEqual({ [mine]: 'mine' });
  });

  it.skipIf(!isMount('/dev/shm'))('refuses a mount point before any work, because it cannot be renamed', async () => {
    await expect(claimFolder('/dev/shm', { force: true, inputs: {}, print: () => undefined })).rejects.toMatchObject({
      code: 'bad-config',
      message: expect.stringContaining('inside it') as string,
    });
  });

  it('replaces only files of the same name when forced to', async () => {
    const out = join(root, 'home');
    await put({ 'other/model.bin': 'mine', 'x.bin': 'mine', 'onnx/notes.txt': 'mine' }, out);
    await mkdir(join(out, 'hollow'));
    await symlink('other/model.bin', join(out, 'link'));
    const printed = await produce(out, { 'x.bin': 'new', 'onnx/y.bin': 'new' }, { force: true });
    expect(printed.join()).toContain('other/model.bin');
    expect(await texts(out)).toEqual({
      'other/model.bin': 'mine',
      'x.bin': 'new',
      'onnx/notes.txt': 'mine',
      'onnx/y.bin': 'new',
      link: 'mine',
    });
    expect((await lstat(join(out, 'link'))).isSymbolicLink()).toBe(true);
    expect(await readdir(out)).toContain('hollow');
    expect(await readdir(root)).toEqual(['home']);
  });

  it('keeps files that were added to its own folder, and reports them', async () => {
    const out = join(root, 'own');
    await produce(out, { 'x.bin': 'one', 'stale.bin': 'one' });
    await put({ 'notes.txt': 'mine' }, out);
    const printed = await produce(out, { 'x.bin': 'two' });
    expect(printed.join()).toContain('notes.txt');
    expect(await texts(out)).toEqual({ 'x.bin': 'two', 'notes.txt': 'mine' });
    await expect(produce(out, { 'notes.txt': 'new' })).rejects.toThrow(/notes\.txt would be replaced/);
    expect(await texts(out)).toEqual({ 'x.bin': 'two', 'notes.txt': 'mine' });
  });

  it('keeps its own file that a person changed, unless forced', async () => {
    const out = join(root, 'own');
    await produce(out, { 'README.md': 'card' });
    await put({ 'README.md': 'hand' }, out);
    await expect(produce(out, { 'README.md': 'new' })).rejects.toThrow(/README\.md changed since/);
    expect(await texts(out)).toEqual({ 'README.md': 'hand' });
    await produce(out, { 'README.md': 'new' }, { force: true });
    expect(await texts(out)).toEqual({ 'README.md': 'new' });
  });

  it('notices that weights of the same size have changed', async () => {
    const out = join(root, 'own');
    const weights = 'a'.repeat(3 << 20);
    await produce(out, { 'model.safetensors': weights });
    await put({ 'model.safetensors': `b${weights.slice(1)}` }, out);
    await expect(produce(out, { 'model.safetensors': weights })).rejects.toThrow(/model\.safetensors changed since/);
  });

  it('leaves everything as it was when the work fails', async () => {
    const out = join(root, 'own');
    await produce(out, { 'x.bin': 'one' });
    await put({ 'notes.txt': 'mine' }, out);
    const folder = await claimFolder(out, { force: false, inputs: {}, print: () => undefined });
    await expect(
      folder.write(async (temporary) => {
        await put({ 'x.bin': 'half' }, temporary);
        throw new Error('stop');
      }),
    ).rejects.toThrow('stop');
    expect(await texts(out)).toEqual({ 'x.bin': 'one', 'notes.txt': 'mine' });
    expect(await readdir(root)).toEqual(['own']);
  });

  it('does not mistake another program’s manifest for its own', async () => {
    const out = join(root, 'app');
    await put({ 'manifest.json': '{"name": "web app", "files": []}' }, out);
    await expect(produce(out, { 'x.bin': 'new' })).rejects.toThrow(/did not write/);
  });
});

describe('a path that is read', () => {
  beforeEach(() =>
    put({
      'models/base/model.safetensors': 'w',
      'models/base/config.json': '{}',
      'data/train.jsonl': 'd',
      'runs/best/a.bin': 'a',
    }),
  );
  const at = (path: string): string => join(root, path);

  it.each([
    ['the input', 'models/base', 'models/base'],
    ['a parent of the input', 'models', 'models/base'],
    ['the folder of an input file', 'models/base', 'models/base/model.safetensors'],
    ['the folder of the data', 'data', 'data/train.jsonl'],
    ['a trailing slash', 'models/base/', 'models/base'],
    ['a detour', 'models/../models/base/.', 'models/base'],
  ])('is refused, forced or not: %s', async (_, out, input) => {
    for (const force of [false, true]) {
      await expect(produce(at(out), { 'x.bin': 'new' }, { force, inputs: { '--in': at(input) } })).rejects.toThrow(
        /--force does not change this/,
      );
    }
    expect(Object.keys(await texts(root))).toHaveLength(4);
  });

  it('is refused through links in either direction, and by relative paths', async () => {
    await symlink(at('models/base'), at('alias'));
    await mkdir(at('cache'));
    await symlink(at('models/base/model.safetensors'), at('cache/model.safetensors'));
    const refused = async (out: string, input: string): Promise<void> =>
      expect(produce(out, { x: '' }, { force: true, inputs: { '--in': input } })).rejects.toThrow(/reads/);
    await refused(at('alias'), at('models/base'));
    await refused(at('models/base'), at('alias'));
    await refused(relative(process.cwd(), at('models')), at('models/base'));
    // As in a hub's cache, where the weights are stored elsewhere.
    await refused(at('models'), at('cache'));
  });

  it('is refused if it is, or contains, the working directory', async () => {
    for (const out of ['.', '..', process.cwd(), '/'])
      await expect(produce(out, { x: '' }, { force: true })).rejects.toThrow(/working directory/);
  });

  it('does not refuse a new folder below the input', async () => {
    await produce(at('runs/best/onnx'), { x: 'new' }, { inputs: { '--adapter': [at('runs/best')] } });
    expect(await texts(at('runs/best'))).toMatchObject({ 'a.bin': 'a', 'onnx/x': 'new' });
  });

  it('is never a file or a broken link', async () => {
    await expect(produce(at('data/train.jsonl'), { x: '' }, { force: true })).rejects.toThrow(/It is a file/);
    await symlink(at('gone'), at('dangling'));
    await expect(produce(at('dangling'), { x: '' }, { force: true })).rejects.toThrow(/is a broken link/);
  });
});

describe('ownFolder', () => {
  it('keeps what a person put next to a checkpoint, and recovers one that was being replaced', async () => {
    const last = join(root, 'last');
    await ownFolder(last).write((temporary) => put({ 'state.json': '1' }, temporary));
    await put({ 'notes.txt': 'mine' }, last);
    await ownFolder(last).write((temporary) => put({ 'state.json': '2' }, temporary));
    expect(await texts(last)).toEqual({ 'state.json': '2', 'notes.txt': 'mine' });
    // A kill between the two renames, and one before.
    await mkdir(join(root, 'last.partial-7-ab'));
    await put({ 'last.partial-mine.txt': 'mine' });
    const { rename } = await import('node:fs/promises');
    await rename(last, join(root, 'last.old-7-ab'));
    await recoverFolder(last);
    expect((await readdir(root)).sort()).toEqual(['last', 'last.partial-mine.txt']);
    await removeWritten(last, ['state.json']);
    expect(await texts(last)).toEqual({ 'notes.txt': 'mine' });
  });
});
