import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { listVariants } from '../src/engines/transformers/variants.ts';
import { writeGpuForm } from '../src/engines/transformers/gpu-form.ts';
import { loadTransformers } from '../src/engines/transformers/load.ts';
import type { OrtModel } from '../src/engines/transformers/ort-model.ts';
import { diskSink } from '../src/engines/transformers/testing/disk-sink.ts';
import { loadFormInMemory } from '../src/engines/transformers/testing/form-in-memory.ts';
import { nodeFiles } from '../src/node/node-files.ts';
import { exportExact } from './harness/exact-export.ts';
import { TINY_CONFIGS, writeTinyModel } from './harness/tiny-model.ts';

/** The graph for WebGPU, computed on the processor. */
let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'gpu-form-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function scores(model: OrtModel): Promise<number[]> {
  const scored = await model.scorer.score('hello there, hello');
  await model.unload();
  return scored.slice(1).map(({ logprob }) => logprob ?? NaN);
}

it.each(Object.entries(TINY_CONFIGS))('has the log-probabilities of the exported one: %s', async (name, changes) => {
  const [source, exported, forGpu] = ['source', 'exported', 'gpu'].map((part) => join(root, `${name} ${part}`));
  if (!source || !exported || !forGpu) throw new Error('no folders');
  await writeTinyModel(source, changes);
  await exportExact(source, exported);
  const files = await nodeFiles(exported);
  const [variant] = listVariants(files);
  if (!variant) throw new Error('It has no weights.');
  await cp(exported, forGpu, { recursive: true, filter: (path) => !path.includes('onnx') });
  await writeGpuForm(files, variant, diskSink(forGpu), {});
  const expected = await scores(await loadTransformers(files, 'tiny', { device: 'cpu', threads: 1 }));
  const found = await scores(await loadFormInMemory(forGpu));
  expect(found.length).toBeGreaterThan(5);
  found.forEach((value, i) => expect(Math.abs(value - (expected[i] ?? NaN))).toBeLessThan(0.002));
});
