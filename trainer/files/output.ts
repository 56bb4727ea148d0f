import { randomBytes } from 'node:crypto';
import {
  copyFile,
  link,
  lstat,
  mkdir,
  readdir,
  readlink,
  realpath,
  rename,
  rm,
  rmdir,
  stat,
  symlink,
  unlink,
} from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { LabError } from '../../src/core/error.ts';
import { type InputPaths, refuseOverlap } from '../../src/node/output-path.ts';
import { exists, ifPresent } from '../../src/node/read-file.ts';
import { diskError, type PlaceOption } from '../../src/node/write-file.ts';
import { filesIn, isUnchanged, markWritten, writtenFiles } from './written.ts';

/** A folder that a command may write. */
export interface OutputFolder {
  /** The path as it was given. */
  readonly path: string;
  /**
   * Fills the folder through `fill` atomically: in a temporary folder next to it, renamed at the end. What the lab
   * wrote there before is replaced only then; everything else is kept.
   */
  write<T>(fill: (temporary: string) => Promise<T>): Promise<T>;
}

export interface OutputOptions {
  /** Write into a folder that is not the lab's, replacing files of the same name. */
  force: boolean;
  /** What is read, and must not be in the folder. */
  inputs: InputPaths;
  print: (line: string) => void;
}

/**
 * Checks, before any work, that a command may write the folder `out`.
 * @throws {LabError} `bad-config` when it contains what is read, or files that the lab did not write and `force` is not
 * set.
 */
export async function claimFolder(out: string, { force, inputs, print }: OutputOptions): Promise<OutputFolder> {
  await refuseOverlap(out, inputs);
  const target = await realTarget(out);
  const state = await survey(target, force);
  if (state.changed.length > 0 && !force) {
    throw refused(
      out,
      `${list(state.changed)} changed since the lab wrote the folder.`,
      'Move what you want to keep, choose another folder with --out, or replace it with --force.',
    );
  }
  if (state.own.size > 0) print(`${out} contains what the lab wrote before; it is replaced.`);
  if (state.foreign.length > 0)
    print(
      `The lab did not write ${list(state.foreign)} there; ` +
        `it is kept${force ? ' unless a new file has its name' : ''}.`,
    );
  return { path: out, write: (fill) => fillFolder(target, fill, force) };
}

/** A folder that belongs to the lab by its path, such as a run's checkpoints. Files that were added to it are kept. */
export function ownFolder(path: string, option: PlaceOption = '--set out='): OutputFolder {
  return { path, write: (fill) => fillFolder(resolve(path), fill, true, option) };
}

/** Files in a folder that the lab did not write, or that have changed since. */
export async function othersFiles(folder: string): Promise<string[]> {
  if (!(await exists(folder))) return [];
  const written = await writtenFiles(folder);
  const found: string[] = [];
  for (const path of await filesIn(folder)) {
    const entry = written?.get(path);
    if (!entry || !(await isUnchanged(folder, entry))) found.push(path);
  }
  return found;
}

async function realTarget(out: string): Promise<string> {
  const full = resolve(out);
  const info = await ifPresent(out, lstat(full));
  if (!info) return full;
  const real = await ifPresent(out, realpath(full));
  if (real === undefined)
    throw refused(out, 'It is a broken link.', 'Remove the link, or choose another folder with --out.');
  if (!(await stat(real)).isDirectory())
    throw refused(out, 'It is a file, but the output is a folder.', 'Choose another path with --out.');
  // A new folder replaces the old one by renaming, which no system allows for a mount such as a container's
  // volume.
  if ((await stat(real)).dev !== (await stat(dirname(real))).dev)
    throw refused(
      out,
      'It is a volume or mount point, which cannot be replaced as a whole.',
      'Give a folder inside it with --out.',
    );
  return real;
}

interface FolderState {
  /** Files that the lab wrote and that may be replaced. */
  own: Set<string>;
  /** Files of the lab that have changed since; not determined if they may be replaced anyway. */
  changed: string[];
  foreign: string[];
}

async function survey(target: string, force: boolean): Promise<FolderState> {
  const state: FolderState = { own: new Set(), changed: [], foreign: [] };
  const top = (await ifPresent(target, readdir(target))) ?? [];
  if (top.length === 0) return state;
  const written = await writtenFiles(target);
  if (!written && !force) {
    throw refused(
      target,
      `The folder is not empty, and the lab did not write it. It contains ${list(top.sort())}.`,
      'Choose another with --out, or add --force: files of the same name are then replaced, others are kept.',
    );
  }
  for (const path of await filesIn(target)) {
    const entry = written?.get(path);
    if (!entry) state.foreign.push(path);
    else if (force || (await isUnchanged(target, entry))) state.own.add(path);
    else state.changed.push(path);
  }
  return state;
}

async function fillFolder<T>(
  target: string,
  fill: (temporary: string) => Promise<T>,
  force: boolean,
  option: PlaceOption = '--out',
): Promise<T> {
  const own = `${process.pid}-${randomBytes(4).toString('hex')}`;
  const [temporary, before] = [`${target}.partial-${own}`, `${target}.old-${own}`];
  try {
    await mkdir(temporary, { recursive: true }).catch((error: unknown) => {
      throw diskError(error, target, option);
    });
    const result = await fill(temporary);
    try {
      await markWritten(temporary);
      await install(temporary, target, before, force);
    } catch (error) {
      throw diskError(error, target, option);
    }
    return result;
  } finally {
    // The original error matters more than a folder that could not be removed.
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Replaces the old folder by the new one, keeping the files of the old one that are not the lab's. */
async function install(temporary: string, target: string, before: string, force: boolean): Promise<void> {
  if (!(await ifPresent(target, lstat(target)))) return rename(temporary, target);
  const { own, changed, foreign } = await survey(target, force);
  const fresh = new Set(await filesIn(temporary));
  const clashes = [...foreign.filter((path) => fresh.has(path)), ...changed];
  if (clashes.length > 0 && !force)
    throw refused(target, `${list(clashes)} would be replaced.`, 'Move it, or add --force.');
  const kept = foreign.filter((path) => !fresh.has(path));
  for (const path of kept) await keep(join(target, path), join(temporary, path));
  for (const folder of await emptyFolders(target)) await mkdir(join(temporary, folder), { recursive: true });
  await rename(target, before);
  await rename(temporary, target).catch(async (error: unknown) => {
    await rename(before, target);
    throw error;
  });
  // One by one: a file added to the folder a moment ago is in none of these lists and is kept.
  for (const path of [...own, ...changed, ...foreign]) await unlink(join(before, path));
  await removeEmpty(before);
}

/** Links a file to a second path; copies it if the file system has no hard links. */
async function keep(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  if ((await lstat(from)).isSymbolicLink()) return symlink(await readlink(from), to);
  await link(from, to).catch(() => copyFile(from, to));
}

async function emptyFolders(folder: string, below = ''): Promise<string[]> {
  const entries = await readdir(join(folder, below), { withFileTypes: true });
  if (entries.length === 0) return below === '' ? [] : [below];
  const inner = await Promise.all(
    entries.filter((entry) => entry.isDirectory()).map(({ name }) => emptyFolders(folder, join(below, name))),
  );
  return inner.flat();
}

async function removeEmpty(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true }))
    if (entry.isDirectory()) await removeEmpty(join(folder, entry.name));
  await rmdir(folder).catch(() => undefined);
}

/** Replaces one folder of the lab by another; files that were added to the old one are kept. */
export async function replaceFolder(from: string, to: string): Promise<void> {
  await install(from, resolve(to), `${resolve(to)}.old-${process.pid}-${randomBytes(4).toString('hex')}`, true);
}

/** Removes what the lab wrote into a folder, including `known` names, and the folder itself if it is empty then. */
export async function removeWritten(folder: string, known: readonly string[]): Promise<void> {
  if (!(await exists(folder))) return;
  const { own } = await survey(folder, true);
  for (const path of new Set([...own, ...known])) await rm(join(folder, path), { force: true });
  await removeEmpty(folder);
}

/** Undoes what a killed `write` left next to a folder: restores the old folder and removes unfinished ones. */
export async function recoverFolder(folder: string): Promise<void> {
  const [parent, name] = [dirname(resolve(folder)), basename(folder)];
  const siblings = (await ifPresent(parent, readdir(parent))) ?? [];
  const left = (kind: string): string[] =>
    siblings.filter(
      (sibling) =>
        sibling.startsWith(`${name}.${kind}-`) && /^[0-9a-z-]+$/.test(sibling.slice(name.length + kind.length + 2)),
    );
  const [old] = left('old');
  // The new folder already has everything worth keeping from the old one.
  if (old && !siblings.includes(name)) await rename(join(parent, old), join(parent, name));
  else if (old) await rm(join(parent, old), { recursive: true, force: true });
  for (const sibling of left('partial')) await rm(join(parent, sibling), { recursive: true, force: true });
}

/** A few names, and how many more there are. */
function list(names: readonly string[]): string {
  const shown = names.slice(0, 4).join(', ');
  return names.length > 4 ? `${shown} and ${names.length - 4} more` : shown;
}

function refused(where: string, what: string, todo: string): LabError {
  return new LabError({ code: 'bad-config', where, what, todo });
}
