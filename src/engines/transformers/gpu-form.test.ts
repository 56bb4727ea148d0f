import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodesThatRun } from '../../../tests/harness/graph-nodes.ts';
import { byteTokenizerFiles } from '../../core/engine/testing/byte-tokenizer.ts';
import { tinyCheckpoint } from '../../core/engine/testing/tiny-model.ts';
import type { ModelFiles } from '../../core/engine/files.ts';
import { type Checkpoint, matrixShape, tensorInfo } from '../../core/formats/checkpoint/checkpoint.ts';
import { exportOnnx } from '../../core/formats/export/export.ts';
import { toNBits } from '../../core/formats/export/nbits.ts';
import { planDecoder } from '../../core/formats/export/plan.ts';
import { decodeModel, encodeModel } from '../../core/formats/onnx/index.ts';
import { decodeStored } from '../../core/formats/stored.ts';
import { EMBEDDED_FOLDER } from '../../node/model-choice.ts';
import { nodeFiles } from '../../node/node-files.ts';
import { openExportedFiles } from '../exported-files.ts';
import { loadTransformers } from './load.ts';
import { diskSink } from './testing/disk-sink.ts';
import { loadFormInMemory } from './testing/form-in-memory.ts';
import { listVariants } from './variants.ts';
import { writeGpuForm, gpuFormBytes, writesInPlace } from './gpu-form.ts';

let root: string;
let narrow: ModelFiles;
let wide: ModelFiles;
const stages = new Set<string>();
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'gpu-form-'));
  const { tokenizer, config } = byteTokenizerFiles();
  const checkpoint = tinyCheckpoint();
  const files = new Map(checkpoint.files)
    .set('tokenizer.json', JSON.stringify(tokenizer))
    .set('tokenizer_config.json', JSON.stringify(config));
  const from = join(root, 'narrow');
  const about = { dtype: 'q4', name: 'tiny', source: 'test', licence: 'none' } as const;
  await exportOnnx({ ...checkpoint, files }, diskSink(from), about);
  narrow = await nodeFiles(from);
  const to = join(root, 'wide');
  await cp(from, to, { recursive: true, filter: (path) => !path.includes('onnx') });
  await writeGpuForm(narrow, variantOf(narrow), diskSink(to), { onProgress: ({ stage }) => stages.add(stage) });
  wide = await nodeFiles(to);
});
afterAll(() => rm(root, { recursive: true }));

const variantOf = (files: ModelFiles) => {
  const [variant] = listVariants(files);
  if (!variant) throw new Error('It has no weights.');
  return variant;
};
const graphOf = async (files: ModelFiles, path = variantOf(files).graph) =>
  decodeModel(new Uint8Array(await (await files.open(path)).arrayBuffer()));

describe('writeGpuForm', () => {
  it('leaves one product per matrix, of which ONNX Runtime fuses those that read the hidden state', async () => {
    expect([...stages]).toEqual(['Preparing the weights for the graphics device']);
    const [before, after] = [await graphOf(narrow), await graphOf(wide)];
    const count = ({ graph }: typeof before, op: string) => graph.nodes.filter((node) => node.op === op).length;
    expect(count(before, 'MatMul')).toBeGreaterThan(0);
    const { layers } = tinyCheckpoint().config;
    // One more per layer is the open gate of queries, keys and values; the product with the vocabulary is elsewhere.
    expect([count(after, 'MatMul'), count(after, 'MatMulNBits')]).toEqual([
      0,
      count(before, 'MatMulNBits') + layers - 1,
    ]);
    expect(nodesThatRun(before)).toBe(before.graph.nodes.length);
    expect(nodesThatRun(after)).toBe(after.graph.nodes.length - 2 * 5 * layers);
    const [gate, down] = ['gate', 'down'].map((part) =>
      after.graph.initializers.find(({ name }) => name === `model.layers.0.mlp.${part}_proj.codes`),
    );
    const { hiddenSize, intermediateSize } = tinyCheckpoint().config;
    expect([gate?.dims, down?.dims]).toEqual([
      [intermediateSize, (2 * hiddenSize) / 32, 16],
      [2 * hiddenSize, intermediateSize / 32, 32],
    ]);
  });

  it('computes nearly the same', async () => {
    const scores = await Promise.all(
      [loadTransformers(narrow, 'tiny', { device: 'cpu', threads: 1 }), loadFormInMemory(join(root, 'wide'))].map(
        async (loading) => {
          const model = await loading;
          const scored = await model.scorer.score('Thank you for listening.');
          await model.unload();
          return scored.slice(1).map(({ logprob }) => logprob ?? NaN);
        },
      ),
    );
    const [before = [], after = []] = scores;
    expect(before.length).toBeGreaterThan(10);
    const differences = before.map((value, i) => Math.abs(value - (after[i] ?? NaN)));
    // Random weights make differences large; those of the embedded model are measured below.
    expect(Math.max(...differences)).toBeLessThan(0.3);
    expect(Math.max(...differences)).toBeGreaterThan(0);
  });

  it('states its size before it is done, and is not done twice, nor to models of other exporters', async () => {
    const graphs = await Promise.all([graphOf(wide), graphOf(wide, 'onnx/vocabulary_q4.onnx')]);
    const own = graphs.flatMap(({ graph }) => graph.initializers);
    const bytes = own.reduce((sum, { external }) => sum + (external?.length ?? 0), 0);
    expect(await gpuFormBytes(narrow, variantOf(narrow), {})).toBe(bytes);
    expect(await gpuFormBytes(wide, variantOf(wide), {})).toBeUndefined();
    const foreign = encodeModel({ ...(await graphOf(narrow)), producerName: 'another' });
    const opened = { ...narrow, open: () => Promise.resolve(new Blob([foreign.slice()])) };
    expect(await gpuFormBytes(opened, variantOf(narrow), {})).toBeUndefined();
    expect([
      await writesInPlace(wide, variantOf(wide).graph, {}),
      await writesInPlace(opened, variantOf(narrow).graph, {}),
    ]).toEqual([true, false]);
  });
});

describe('the embedded model on WebGPU', () => {
  let exported: Checkpoint;
  beforeAll(async () => {
    exported = await openExportedFiles(await nodeFiles(EMBEDDED_FOLDER), {});
  });

  it('runs at most 152 nodes for a token, of a graph that has 452', async () => {
    const { model } = await planDecoder(exported, 'q4', { forGpu: true });
    expect((await graphOf(await nodeFiles(EMBEDDED_FOLDER))).graph.nodes).toHaveLength(888);
    expect(model.graph.nodes).toHaveLength(452);
    expect(nodesThatRun(model)).toBe(152);
  });

  it.each([
    ['attention', /self_attn/],
    ['every matrix', /_proj/],
  ] as const)(
    'runs as many nodes, from as many bytes, with an adapter on %s, whose matrices have 8 bits then',
    async (_, changed) => {
      const tensors = new Map(
        [...exported.tensors].map(([name, info]) => [
          name,
          changed.test(name) ? { ...info, type: 'Q8_0' as const } : info,
        ]),
      );
      const [base, merged] = await Promise.all(
        [exported, { ...exported, tensors }].map((source) => planDecoder(source, 'q4', { forGpu: true })),
      );
      expect([merged && nodesThatRun(merged.model), merged?.bytes]).toEqual([152, base?.bytes]);
    },
  );

  it.each(['self_attn.o_proj', 'mlp.down_proj'])('rounds %s from 4 to 8 bits by less than a percent', async (part) => {
    for (const layer of [0, 15, 29]) {
      const tensor = `model.layers.${layer}.${part}.weight`;
      const { type, ...info } = tensorInfo(exported, tensor);
      const { rows, columns } = matrixShape({ type, ...info });
      const count = rows * columns;
      const stored = await exported.readStoredRows(tensor, 0, rows);
      const { codes, scales } = toNBits(type, stored, count, 8);
      let [error, square] = [0, 0];
      decodeStored(type, stored, count).forEach((value, i) => {
        error += (((codes[i] ?? NaN) - 128) * (scales[Math.floor(i / 32)] ?? NaN) - value) ** 2;
        square += value ** 2;
      });
      expect(Math.sqrt(error / square)).toBeLessThan(0.01);
      expect(error).toBeGreaterThan(0);
    }
  });
});
