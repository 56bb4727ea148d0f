import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { exists } from '../src/node/read-file.ts';

const execute = promisify(execFile);

/** Runs a script of bench/python/ with the libraries of one of its requirements files, and parses its last line. */
export async function runPython<T>(script: string, args: readonly string[], libraries = 'train'): Promise<T> {
  const file = await python(`bench/python/requirements-${libraries}.txt`, `.cache/bench-${libraries}/venv`);
  const { stdout } = await execute(file, [join('bench/python', script), ...args], { maxBuffer: 1 << 28 });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as T;
}

/** The Python of a virtual environment with `requirements`, which the first run creates. */
export async function python(requirements: string, folder: string): Promise<string> {
  const venv = resolve(folder);
  const file = join(venv, 'bin/python');
  const done = join(venv, 'done');
  if (await exists(done)) return file;
  console.log(`Installing ${requirements} into .cache/ ...`);
  await mkdir(venv, { recursive: true });
  await execute('python3', ['-m', 'venv', venv]);
  await execute(join(venv, 'bin/pip'), ['install', '--quiet', '-r', requirements]);
  await writeFile(done, '');
  return file;
}
