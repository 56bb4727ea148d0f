import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Tensor } from 'onnxruntime-common';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelFiles } from '../../core/engine/files.ts';
import { tinyCheckpoint } from '../../core/engine/testing/tiny-model.ts';
import { exportDecoder } from '../../core/formats/export/export.ts';
import { toHalf } from '../../core/formats/float.ts';
import { decodeModel, encodeModel, type OnnxGraph } from '../../core/formats/onnx/index.ts';
import { seededRandom } from '../../core/random/xoshiro128.ts';
import { nodeFiles } from '../../node/node-files.ts';
import { bytesIn, GpuMemory, type Kernel } from '../testing/gpu-memory.ts';
import { GpuVocabulary } from './gpu-vocabulary.ts';
import { widenHalf } from './logits-reader.ts';
import { diskSink } from './testing/disk-sink.ts';
import { vocabularyKernel } from './testing/vocabulary-kernel.ts';
import { MOST_CANDIDATES } from './top-candidates.ts';
import { type GraphFiles, listVariants } from './variants.ts';
import { openVocabulary, type Vocabulary } from './vocabulary-files.ts';

const TYPES = ['float32', 'float16'] as const;
type Type = (typeof TYPES)[number];
const { vocabSize: ENTRIES, hiddenSize: HIDDEN } = tinyCheckpoint().config;

let root = '';
const exported = {} as Record<Type, { files: ModelFiles; paths: GraphFiles; about: Vocabulary }>;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'vocabulary-'));
  for (const type of TYPES) {
    const folder = join(root, type);
    const dtype = type === 'float32' ? 'q4' : 'q4f16';
    await exportDecoder(tinyCheckpoint(), diskSink(folder), { dtype, name: 'tiny', forGpu: true });
    const files = await nodeFiles(folder);
    const paths = listVariants(files)[0]?.vocabulary;
    if (!paths) throw new Error('There is no vocabulary.');
    exported[type] = { files, paths, about: await openVocabulary(files, paths) };
  }
});
afterAll(() => rm(root, { recursive: true }));

const loaded = async (type: Type, kernel: Kernel = vocabularyKernel(exported[type].about)) => {
  const { about } = exported[type];
  const memory = new GpuMemory(kernel);
  const vocabulary = await GpuVocabulary.load({ device: memory.device, Tensor }, about);
  const random = seededRandom(5);
  /** Writes what a graph leaves of so many positions; returns it. */
  const leave = (positions: number): { left: number[]; added: number[] } => {
    const tensors = vocabulary.outputs(positions);
    const [left, added] = [about.residual, about.branch].map((name) => {
      const values = Array.from({ length: positions * HIDDEN }, () => Math.round((random() * 4 - 2) * 64) / 64);
      // The hidden state holds every value twice.
      const twice = values.flatMap((_, i) => {
        const row = Math.floor(i / HIDDEN) * HIDDEN;
        return i % HIDDEN === 0 ? [...values.slice(row, row + HIDDEN), ...values.slice(row, row + HIDDEN)] : [];
      });
      const tensor = tensors[name];
      if (!tensor) throw new Error(`There is no place for ${name}.`);
      expect(tensor.dims).toEqual([1, positions, 2 * HIDDEN]);
      const numbers = type === 'float32' ? Float32Array.from(twice) : Uint16Array.from(twice, toHalf);
      bytesIn(tensor.gpuBuffer).set(new Uint8Array(numbers.buffer));
      return twice;
    }) as [number[], number[]];
    return { left, added };
  };
  return { memory, vocabulary, leave };
};

const sorted = (row: Float32Array): number[] =>
  Array.from(row.keys()).sort((a, b) => (row[b] ?? NaN) - (row[a] ?? NaN) || a - b);

describe('GpuVocabulary', () => {
  it.each(TYPES)('gives the logits that its graph states, of every position or the last: %s', async (type) => {
    const { vocabulary, leave, memory } = await loaded(type);
    const { about, paths } = exported[type];
    const session = await ort.InferenceSession.create(join(root, type, paths.graph), { intraOpNumThreads: 1 });
    for (const positions of [3, 1, 140]) {
      const { left, added } = leave(positions);
      const feed = (values: number[]) =>
        type === 'float32'
          ? new ort.Tensor('float32', Float32Array.from(values), [1, positions, 2 * HIDDEN])
          : new ort.Tensor('float16', Uint16Array.from(values, toHalf), [1, positions, 2 * HIDDEN]);
      const { logits } = await session.run({ [about.residual]: feed(left), [about.branch]: feed(added) });
      const raw = logits?.data as Float32Array;
      const expected = type === 'float32' ? raw : widenHalf(raw);
      const spread = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const all = await vocabulary.read({}, positions, 'all');
      expect([all.rows, all.vocabulary, all.data.length]).toEqual([positions, ENTRIES, expected.length]);
      // In 16 bits, ONNX Runtime rounds the norm and the logits.
      const most = spread * (type === 'float32' ? 1e-5 : 4e-3);
      all.data.forEach((value, i) => expect(Math.abs(value - (expected[i] ?? NaN))).toBeLessThan(most));
      const last = await vocabulary.read({}, positions, 'last');
      expect(last).toEqual({ data: all.data.slice(-ENTRIES), rows: 1, vocabulary: ENTRIES });
      memory.bytesRead = 0;
      expect((await vocabulary.read({}, positions, 'none')).rows).toBe(0);
      expect(memory.bytesRead).toBe(0);
    }
    await session.release();
  });

  it('reads no more than the candidates of each tile', async () => {
    const { vocabulary, leave, memory } = await loaded('float32');
    leave(4);
    const { data } = await vocabulary.read({}, 4, 'last');
    for (const top of [2, 51, MOST_CANDIDATES]) {
      memory.bytesRead = 0;
      const found = await vocabulary.read({}, 4, { top });
      const expected = sorted(data)
        .slice(0, top)
        .sort((a, b) => a - b);
      expect([...(found.ids ?? [])]).toEqual(expected);
      expect([...found.data]).toEqual(expected.map((id) => data[id]));
      expect(memory.bytesRead).toBe(8 * top);
    }
  });

  it('gives the graph the vocabulary to look ids up in, and frees everything', async () => {
    const { vocabulary, memory } = await loaded('float32');
    const inputs = Object.entries(vocabulary.inputs).map(([name, { type, dims }]) => [name, type, dims]);
    expect(inputs).toEqual([
      ['model.embed_tokens.codes', 'uint8', [ENTRIES, HIDDEN / 32, 32]],
      ['model.embed_tokens.scales', 'float32', [ENTRIES, HIDDEN / 32, 1]],
    ]);
    await vocabulary.read({}, 2, 'all');
    vocabulary.destroy();
    expect(memory.live.size).toBe(0);
  });

  const sortedWrongly: [string, (about: Vocabulary) => Kernel][] = [
    ['takes the highest id of equal logits', (about) => vocabularyKernel(about, ([a, i], [b, j]) => b - a || j - i)],
    ['sorts in the other direction', (about) => vocabularyKernel(about, ([a, i], [b, j]) => a - b || i - j)],
  ];
  it.each(sortedWrongly)('reads whole rows on a device that %s', async (_, kernelOf) => {
    const { about } = exported.float32;
    const [wrong, right] = [await loaded('float32', kernelOf(about)), await loaded('float32')];
    for (const { leave } of [wrong, right]) leave(2);
    const row = await wrong.vocabulary.read({}, 2, { top: 5 });
    expect([row.ids, row.data.length]).toEqual([undefined, ENTRIES]);
    expect(row.data).toEqual((await right.vocabulary.read({}, 2, 'last')).data);
  });

  it('takes scales that do not end at a multiple of 4 bytes', async () => {
    const { about } = exported.float16;
    const odd = { ...about, entries: 3, scales: { ...about.scales, bytes: about.scales.bytes.slice(0, 2 * 3) } };
    const memory = new GpuMemory(vocabularyKernel({ ...odd, hiddenSize: 32 }));
    const vocabulary = await GpuVocabulary.load({ device: memory.device, Tensor }, { ...odd, hiddenSize: 32 });
    expect((await vocabulary.read({}, 1, 'last')).data).toHaveLength(3);
    vocabulary.destroy();
    expect(memory.live.size).toBe(0);
  });

  it('leaves nothing on the device when it fails while its sorting is tried', async () => {
    const memory = new GpuMemory(() => {
      throw new Error('The device is lost.');
    });
    const loading = GpuVocabulary.load({ device: memory.device, Tensor }, exported.float32.about);
    await expect(loading).rejects.toThrow('The device is lost.');
    expect(memory.live.size).toBe(0);
  });

  it('leaves nothing on the device when its weights cannot be read', async () => {
    const memory = new GpuMemory();
    const { about } = exported.float32;
    const part = { arrayBuffer: () => Promise.reject(new Error('It is gone.')) };
    const bytes = { size: 4096, slice: () => part } as unknown as Blob;
    const broken = { ...about, scales: { ...about.scales, bytes } };
    await expect(GpuVocabulary.load({ device: memory.device, Tensor }, broken)).rejects.toThrow('It is gone.');
    expect(memory.live.size).toBe(0);
  });
});

describe('openVocabulary', () => {
  const changes: [string, (graph: OnnxGraph) => void, RegExp][] = [
    ['without its product', (graph) => void (graph.nodes = graph.nodes.slice(0, -1)), /no node MatMulNBits/],
    ['without a weight', (graph) => void (graph.initializers = []), /no weight model\.norm/],
    ['without its inputs', (graph) => void (graph.inputs = []), /no width/],
    ['without epsilon', (graph) => graph.nodes.forEach((node) => delete node.attributes['epsilon']), /number epsilon/],
    [
      'whose weight is nowhere',
      (graph) => graph.initializers.forEach((tensor) => delete tensor.external),
      /no data of model\.norm/,
    ],
  ];
  it.each(changes)('says what a graph lacks, %s', async (_, change, message) => {
    const { files, paths } = exported.float32;
    const model = decodeModel(new Uint8Array(await (await files.open(paths.graph)).arrayBuffer()));
    change(model.graph);
    const changed = { ...files, open: async () => new Blob([encodeModel(model).slice()]) };
    await expect(openVocabulary(changed, paths)).rejects.toThrow(message);
  });
});
