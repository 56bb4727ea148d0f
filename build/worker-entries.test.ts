import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, type Rolldown } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entriesStandAlone, importedEntries, WORKER_SPLITTING } from './worker-entries.ts';

/** A worker that later loads code that shares modules with the worker itself, as the engines do. */
const FILES = {
  'workers/sum.worker.ts':
    "import { fault } from '../src/fault.ts';\nonmessage = async () => postMessage((await " +
    "import('../src/late.ts')).late(fault));",
  'src/fault.ts': 'export class Fault extends Error {}\nexport const fault = new Fault("early");',
  'src/late.ts': "import { Fault } from './fault.ts';\nexport const late = (error: Error) => error instanceof Fault;",
};

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'worker-entries-'));
  for (const [path, text] of Object.entries(FILES)) {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), text);
  }
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function bundle(
  codeSplitting: NonNullable<Rolldown.OutputOptions['codeSplitting']>,
  checked: boolean,
): Promise<Rolldown.OutputBundle> {
  const { output } = (await build({
    root,
    configFile: false,
    logLevel: 'silent',
    plugins: checked ? [entriesStandAlone()] : [],
    build: { write: false, rolldownOptions: { input: join(root, 'workers/sum.worker.ts'), output: { codeSplitting } } },
  })) as Rolldown.RolldownOutput;
  return Object.fromEntries(output.map((file) => [file.fileName, file]));
}

describe("a worker's entry", () => {
  it('is imported by none of its chunks, because WebKit would run it twice', async () => {
    expect(importedEntries(await bundle(WORKER_SPLITTING, true))).toEqual([]);
  });

  it('fails the build if a chunk imports it', async () => {
    expect(importedEntries(await bundle(true, false))).toHaveLength(1);
    await expect(bundle(true, true)).rejects.toThrow(/late.* imports .*sum\.worker.*, a worker's entry/);
  });
});
