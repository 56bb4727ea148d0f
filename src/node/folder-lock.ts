/** Locks a folder for one process. */
import { randomBytes } from 'node:crypto';
import { link, open, readFile, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { LabError } from '../core/error.ts';
import { tryParseJson } from '../core/json.ts';
import { readIfPresent } from './read-file.ts';

const LOCK_FILE = 'lock';
const LOCK_START = '{"pid":';

/** Earlier versions wrote only the number of the process. */
const ownerSchema = z.union([
  z
    .int()
    .positive()
    .transform((pid) => ({ pid, host: hostname(), started: undefined })),
  z.object({ pid: z.int().positive(), host: z.string(), started: z.string().optional() }),
]);
type Owner = z.infer<typeof ownerSchema>;

/**
 * Locks that this process holds. Its number in a file may also be that of an earlier process, as in a container.
 */
const held = new Set<string>();

/**
 * Locks a folder for this process; a lock left by a killed process of this machine is taken over.
 * @param option how people choose the folder, for the error.
 * @returns a function that releases the lock.
 * @throws {LabError} `busy` that names the process that holds the folder, `bad-config` when the lock file is not the
 * lab's.
 */
export async function lockFolder(folder: string, option = '--out'): Promise<() => Promise<void>> {
  const path = join(resolve(folder), LOCK_FILE);
  for (let attempt = 0; attempt < 3; attempt++) {
    if (await create(path)) {
      held.add(path);
      return async () => {
        held.delete(path);
        await rm(path, { force: true });
      };
    }
    const text = await readIfPresent(path);
    // It has just been released.
    if (text === undefined) continue;
    if (!isLock(text)) {
      throw new LabError({
        code: 'bad-config',
        where: path,
        what: 'The lab did not write this file, but needs its name to lock the folder.',
        todo: `Rename the file, or choose another folder with ${option}.`,
      });
    }
    const owner = await parseOwner(text);
    if (owner && owner.host !== hostname()) {
      throw new LabError({
        code: 'busy',
        where: folder,
        what: `The process ${owner.pid} on ${owner.host} is working on this run.`,
        todo: `Wait for it or choose another folder with ${option}; if it has ended, remove ${path}.`,
      });
    }
    if (owner && (await isAlive(owner, path))) {
      throw new LabError({
        code: 'busy',
        where: folder,
        what: `The process ${owner.pid} is working on this run.`,
        todo: `Wait for it, or choose another folder with ${option}.`,
      });
    }
    await takeAway(path, text);
  }
  throw new LabError({
    code: 'busy',
    where: folder,
    what: 'Another process started this run at the same moment.',
    todo: 'Start it once.',
  });
}

async function create(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    await file.writeFile(JSON.stringify({ pid: process.pid, host: hostname(), started: await startOf(process.pid) }));
    await file.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw LabError.from(error, {
      code: 'io',
      where: path,
      what: 'The lock cannot be written',
      todo: 'Check the permissions of the folder.',
    });
  }
}

/** Whether a file is a lock of the lab, complete or truncated, so that nobody else's file is removed. */
function isLock(text: string): boolean {
  return /^\d*$/.test(text) || text.startsWith(LOCK_START) || LOCK_START.startsWith(text);
}

/** Undefined for a lock whose process was killed while writing it. */
async function parseOwner(text: string): Promise<Owner | undefined> {
  const owner = ownerSchema.safeParse(tryParseJson(text)).data;
  // Another process may still be writing it.
  if (!owner) await new Promise((resolve) => setTimeout(resolve, 200));
  return owner;
}

async function isAlive({ pid, started }: Owner, path: string): Promise<boolean> {
  if (pid === process.pid) return held.has(path);
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  // Another process may have the same number by now.
  const now = await startOf(pid);
  return started === undefined || now === undefined || now === started;
}

/** When a process started, in ticks since the machine did, if the system reports it (Linux). */
async function startOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // The name, in parentheses, may contain anything; the 20th field after it is the time.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

/** Removes a dead process's lock, unless another process has replaced it in the meantime. */
async function takeAway(path: string, text: string): Promise<void> {
  const aside = `${path}.${process.pid}-${randomBytes(4).toString('hex')}`;
  await rename(path, aside).catch(() => undefined);
  const found = await readFile(aside, 'utf8').catch(() => undefined);
  if (found !== undefined && found !== text) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}
