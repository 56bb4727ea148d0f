/** Checks where commands may write. */
import { readdir, realpath, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { LabError } from '../core/error.ts';
import { ifPresent } from './read-file.ts';

/** What a command reads: the option's name, e.g. `--in`, and the files or folders. */
export type InputPaths = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * Refuses to write to a path that is, or contains, something the command reads, or the working directory. Links,
 * relative paths and spelling make no difference: paths are compared by their identity in the file system.
 * @param option the option that names `out`.
 * @throws {LabError} `bad-config`; no option overrides this.
 */
export async function refuseOverlap(out: string, inputs: InputPaths, option = '--out'): Promise<void> {
  const target = await identity(out);
  // A path that does not exist yet contains nothing.
  if (target === undefined) return;
  const refuse = (what: string): LabError =>
    new LabError({
      code: 'bad-config',
      where: out,
      what: `${option} is, or contains, ${what}.`,
      todo: `Give another path with ${option}${option === '--out' ? '; --force does not change this' : ''}.`,
    });
  if (await contains(target, process.cwd())) throw refuse('the working directory');
  for (const [name, paths] of Object.entries(inputs)) {
    for (const path of [paths ?? []].flat()) {
      for (const place of await placesOf(path))
        if (await contains(target, place)) throw refuse(`what ${name} reads (${path})`);
    }
  }
}

/** A path as given and with links resolved; for a folder, also the targets of links in it, as in hub caches. */
async function placesOf(path: string): Promise<string[]> {
  const full = resolve(path);
  const linked: string[] = [];
  for (const folder of [full, join(full, 'onnx')]) {
    const entries = (await ifPresent(folder, readdir(folder, { withFileTypes: true }))) ?? [];
    linked.push(...entries.filter((entry) => entry.isSymbolicLink()).map(({ name }) => join(folder, name)));
  }
  const real = await Promise.all([full, ...linked].map((place) => ifPresent(place, realpath(place))));
  return [full, ...real.filter((place) => place !== undefined)];
}

async function contains(target: string, place: string): Promise<boolean> {
  for (let at = place; ; at = dirname(at)) {
    if ((await identity(at)) === target) return true;
    if (dirname(at) === at) return false;
  }
}

async function identity(path: string): Promise<string | undefined> {
  const info = await ifPresent(path, stat(path, { bigint: true }));
  return info && `${info.dev}:${info.ino}`;
}
