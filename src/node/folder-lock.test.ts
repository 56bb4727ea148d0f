import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockFolder } from './folder-lock.ts';

let folder = '';
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'lab-lock-'))));
afterEach(() => rm(folder, { recursive: true }));

async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await new Promise((resolve) => child.once('exit', resolve));
  return child.pid ?? 0;
}

describe('lockFolder', () => {
  it('admits one holder and leaves nothing behind', async () => {
    const unlock = await lockFolder(folder);
    await expect(lockFolder(folder, '--set out=')).rejects.toThrow(
      new RegExp(`process ${process.pid} is working on this run.*--set out=`),
    );
    await unlock();
    expect(await readdir(folder)).toEqual([]);
    await (
      await lockFolder(folder)
    )();
  });

  it.each([
    ['a process that has ended', async () => JSON.stringify({ pid: await deadPid(), host: hostname() })],
    ['one of an earlier version', async () => String(await deadPid())],
    [
      'an earlier process with the same number, as in a restarted container',
      () => Promise.resolve(JSON.stringify({ pid: process.pid, host: hostname() })),
    ],
    ['a truncated lock', () => Promise.resolve('{"pi')],
  ])('takes over from %s', async (_, text) => {
    await writeFile(join(folder, 'lock'), await text());
    const unlock = await lockFolder(folder);
    expect(JSON.parse(await readFile(join(folder, 'lock'), 'utf8'))).toMatchObject({ pid: process.pid });
    await unlock();
    expect(await readdir(folder)).toEqual([]);
  });

  it.skipIf(process.platform !== 'linux')('detects that another process has the number now', async () => {
    await writeFile(join(folder, 'lock'), JSON.stringify({ pid: process.ppid, host: hostname(), started: '1' }));
    await (
      await lockFolder(folder)
    )();
    await writeFile(join(folder, 'lock'), JSON.stringify({ pid: process.ppid, host: hostname() }));
    await expect(lockFolder(folder)).rejects.toThrow(new RegExp(`process ${process.ppid}`));
  });

  it.each(['my notes\n', '{"packages": []}'])(
    'does not touch a file called lock that is not its own: %j',
    async (text) => {
      await writeFile(join(folder, 'lock'), text);
      await expect(lockFolder(folder, '--set out=')).rejects.toMatchObject({
        code: 'bad-config',
        message: expect.stringContaining('Rename') as string,
      });
      expect(await readFile(join(folder, 'lock'), 'utf8')).toBe(text);
    },
  );

  it('does not take over from a process on another machine', async () => {
    await writeFile(join(folder, 'lock'), JSON.stringify({ pid: 1, host: `not-${hostname()}` }));
    await expect(lockFolder(folder)).rejects.toThrow(/process 1 on not-.*remove .*lock/);
  });
});
