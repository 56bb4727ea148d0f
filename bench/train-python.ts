import { execFile } from 'node:child_process';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const VENV = resolve('.cache/bench-train/venv');

/** Runs a script of bench/python/ in a virtual environment that is made on the first run, and parses its last line. */
export async function runPython<T>(script: string, args: readonly string[]): Promise<T> {
  await prepare();
  const { stdout } = await execute(join(VENV, 'bin/python'), [join('bench/python', script), ...args], { maxBuffer: 1 << 28 });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as T;
}

async function prepare(): Promise<void> {
  const done = join(VENV, 'done');
  if (await stat(done).catch(() => undefined)) return;
  console.log('Installing bench/python/requirements-train.txt into .cache/ ...');
  await mkdir(VENV, { recursive: true });
  await execute('python3', ['-m', 'venv', VENV]);
  await execute(join(VENV, 'bin/pip'), ['install', '--quiet', '-r', 'bench/python/requirements-train.txt']);
  await writeFile(done, '');
}
