import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { openOrtHeap } from '../src/engines/wide/ort-heap.ts';
import { withoutWorker } from '../src/engines/wide/testing/widened.ts';
import { ortInEnvironment } from './ort-environment.ts';
import { locate } from './vendor-files.ts';

const SCRIPT = 'ort-wasm-simd-threaded.mjs';
const packaged = (file: string) => locate({ package: 'onnxruntime-web', file: `dist/${file}` });
const folder = await mkdtemp(join(tmpdir(), 'ort-environment-'));
afterAll(() => rm(folder, { recursive: true }));

it('gives the module of the processor its environment variables', async () => {
  await writeFile(join(folder, SCRIPT), ortInEnvironment(await readFile(packaged(SCRIPT), 'utf8')));
  const wasm = SCRIPT.replace('.mjs', '.wasm');
  await copyFile(packaged(wasm), join(folder, wasm));
  const ortBase = `${pathToFileURL(folder).href}/`;
  const heap = await withoutWorker(() => openOrtHeap({ ortBase, threads: 1 }));
  // The C library keeps the variables as one string after another.
  const memory = Buffer.from(heap.HEAPU8.buffer);
  expect(memory.includes('ORT_GQA_DISABLE_FLASH_ATTENTION=1\0USER=web_user\0')).toBe(true);
});

it('refuses a script that lists them elsewhere', () => {
  expect(() => ortInEnvironment('const variables = {HOME:"/home"};')).toThrow(/in 0 places instead of one/);
});
