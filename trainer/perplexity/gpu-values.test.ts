import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logProbability } from '../../src/core/engine/sampling.ts';
import { exportOnnx } from '../../src/core/formats/export/export.ts';
import { forward } from '../../src/core/formats/reference/forward.ts';
import { openExportedFiles } from '../../src/engines/exported-files.ts';
import { writeGpuForm } from '../../src/engines/transformers/gpu-form.ts';
import { diskSink } from '../../src/engines/transformers/testing/disk-sink.ts';
import { loadFormInMemory } from '../../src/engines/transformers/testing/form-in-memory.ts';
import { listVariants } from '../../src/engines/transformers/variants.ts';
import { nodeFiles } from '../../src/node/node-files.ts';
import { TINY_CONFIGS, writeTinyModel } from '../../tests/harness/tiny-model.ts';
import { openCheckpoint } from '../files/open.ts';
import { diskFolder } from '../files/sink.ts';
import { gpuValues } from './gpu-values.ts';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'gpu-values-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe('gpuValues', () => {
  const CASES = Object.entries(TINY_CONFIGS).flatMap(([name, changes]) =>
    (['4 bits', '8 bits in attention', 'another epsilon'] as const).map((kind) => [name, kind, changes] as const),
  );

  it.each(CASES)('gives the log-probabilities of the graph for WebGPU: %s, %s', async (name, kind, changes) => {
    const [source, exported, forGpu] = ['source', 'exported', 'gpu'].map((part) => join(root, name, kind, part));
    if (!source || !exported || !forGpu) throw new Error('no folders');
    await writeTinyModel(source, kind === 'another epsilon' ? { ...changes, rms_norm_eps: 1e-6 } : changes);
    const { checkpoint, close } = await openCheckpoint(source);
    await exportOnnx(checkpoint, diskFolder(exported), {
      ...({ dtype: 'q4', name: 'tiny', source: 'test', licence: 'none' } as const),
      eightBits: (tensor) => kind === '8 bits in attention' && tensor.includes('self_attn'),
    });
    await close();
    const files = await nodeFiles(exported);
    const [variant] = listVariants(files);
    if (!variant) throw new Error('It has no weights.');
    await cp(exported, forGpu, { recursive: true, filter: (path) => !path.includes('onnx') });
    await writeGpuForm(files, variant, diskSink(forGpu), {});
    const model = await loadFormInMemory(forGpu);
    const scored = await model.scorer.score('hello there, hello');
    await model.unload();
    const ids = scored.map(({ id }) => id);
    expect(ids.length).toBeGreaterThan(5);

    const stored = await openExportedFiles(files, {});
    const [own, others] = [await forward(gpuValues(stored), ids), await forward(stored, ids)];
    const apart = (rows: readonly Float32Array[]): number =>
      Math.max(
        ...scored
          .slice(1)
          .map(({ id, logprob }, i) => Math.abs((logprob ?? NaN) - logProbability(rows[i] ?? new Float32Array(0), id))),
      );
    expect(apart(own)).toBeLessThan(1e-4);
    expect(apart(others)).toBeGreaterThan(1e-3);
  });
});
