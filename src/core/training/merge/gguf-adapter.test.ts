import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tinyCheckpoint } from '../../engine/testing/tiny-model.ts';
import { type Checkpoint, readTensor } from '../../formats/checkpoint/checkpoint.ts';
import { memoryFile } from '../../formats/export/testing/memory-file.ts';
import { checkpointToGguf } from '../../formats/gguf/from-checkpoint.ts';
import { readGgufHeader } from '../../formats/gguf/read.ts';
import { bytesSource } from '../../formats/source.ts';
import { seededRandom } from '../../random/xoshiro128.ts';
import { type Adapter, floatModule } from './adapter.ts';
import { compareChanges } from './change.ts';
import { mergedCheckpoint, openGgufAdapter } from './index.ts';
import { settingsOfModules } from './module-settings.ts';
import { adapterToGguf, type AdapterType } from './to-gguf.ts';

const BASE = tinyCheckpoint();
const { headDim } = BASE.config;
const MODULES = [...BASE.tensors]
  .filter(([name, { shape }]) => name.startsWith('model.layers.') && shape.length === 2)
  .map(([name, { shape }]) => ({ module: name.replace(/\.weight$/, ''), shape }));

function values(seed: number, count: number): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length: count }, () => random() - 0.5);
}

/** An adapter in memory on the modules of the tiny model; `sizes` gives rank and scaling by their index. */
function adapterOf(sizes: readonly { rank: number; scaling: number }[]): Adapter {
  const modules = new Map(
    sizes.map(({ rank, scaling }, i) => {
      const { module, shape } = MODULES[i] ?? { module: '', shape: [] };
      const [out = 0, in_ = 0] = shape;
      return [module, floatModule([out, in_], rank, scaling)];
    }),
  );
  return {
    name: 'made up',
    modules,
    settings: settingsOfModules(modules, undefined),
    async factors(module) {
      const index = [...modules.keys()].indexOf(module);
      const { a, b } = modules.get(module) ?? { a: { shape: [0] }, b: { shape: [0] } };
      const count = (shape: readonly number[]): number => shape.reduce((x, y) => x * y, 1);
      return { a: values(2 * index, count(a.shape)), b: values(2 * index + 1, count(b.shape)) };
    },
  };
}

async function written(adapter: Adapter, type: AdapterType, base: Checkpoint = BASE): Promise<Uint8Array> {
  const file = memoryFile();
  await adapterToGguf(adapter, file, { config: base.config, type, name: 'made up', base: 'tiny' });
  return file.bytes();
}

const open = (bytes: Uint8Array): Promise<Adapter> => openGgufAdapter('copy', bytesSource('adapter.gguf', bytes));

describe('an adapter as GGUF', () => {
  it('comes back with the same change of every module, for any ranks and scalings', async () => {
    const limits: Record<AdapterType, number> = { F32: 1e-6, F16: 1e-3, Q8_0: 0.02 };
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            rank: fc.constantFrom(1, 2, 3, 8, 32),
            scaling: fc.oneof(
              fc.constantFrom(0, 1, 0.5, 2 / Math.sqrt(3)),
              // Products of smaller ones are too small for single precision, in which factors and alpha are.
              fc.double({ min: -4, max: 4, noNaN: true }).filter((scaling) => Math.abs(scaling) > 1e-6),
            ),
          }),
          { minLength: 1, maxLength: MODULES.length },
        ),
        fc.constantFrom<AdapterType>('F32', 'F16', 'Q8_0'),
        async (sizes, type) => {
          const adapter = adapterOf(sizes);
          const copy = await open(await written(adapter, type));
          expect([...copy.modules.keys()]).toEqual([...adapter.modules.keys()]);
          for (const [module, { rank }] of copy.modules) expect(rank).toBe(adapter.modules.get(module)?.rank);
          expect((await compareChanges(adapter, copy, headDim)).share).toBeLessThan(limits[type]);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('keeps the matrices bit for bit where one alpha says every scaling', async () => {
    const adapter = adapterOf([
      { rank: 4, scaling: 8 },
      { rank: 8, scaling: 4 },
    ]);
    const copy = await open(await written(adapter, 'F32'));
    for (const [module, { scaling }] of adapter.modules) {
      expect(await copy.factors(module, headDim)).toEqual(await adapter.factors(module, headDim));
      expect(copy.modules.get(module)?.scaling).toBe(scaling);
    }
  });

  it('has rows of q and k in the order in which a GGUF of the model has them', async () => {
    const adapter = adapterOf(MODULES.map(() => ({ rank: 2, scaling: 1 })));
    const merged = mergedCheckpoint(BASE, [{ adapter, weight: 1 }]);
    const model = memoryFile();
    await checkpointToGguf(merged, model, { name: 'merged', type: 'F32' });
    const [whole, part] = [model.bytes(), await written(adapter, 'F32')];
    const [base, b, a] = await Promise.all([
      rawTensor(await plainGguf(), 'blk.1.attn_q.weight'),
      rawTensor(part, 'blk.1.attn_q.weight.lora_b'),
      rawTensor(part, 'blk.1.attn_q.weight.lora_a'),
    ]);
    const expected = await rawTensor(whole, 'blk.1.attn_q.weight');
    const columns = a.length / 2;
    expected.forEach((value, i) => {
      const [row, column] = [Math.floor(i / columns), i % columns];
      const change = [0, 1].reduce((sum, k) => sum + (b[2 * row + k] ?? NaN) * (a[k * columns + column] ?? NaN), 0);
      expect(Math.abs(value - (base[i] ?? NaN) - change)).toBeLessThan(1e-5);
    });
  });

  async function plainGguf(): Promise<Uint8Array> {
    const file = memoryFile();
    await checkpointToGguf(BASE, file, { name: 'base', type: 'F32' });
    return file.bytes();
  }

  async function rawTensor(bytes: Uint8Array, name: string): Promise<Float32Array> {
    const { tensors } = await readGgufHeader(bytesSource('x.gguf', bytes));
    const tensor = tensors.find((one) => one.name === name);
    const { offset, bytes: length } = tensor ?? { offset: NaN, bytes: NaN };
    return new Float32Array(bytes.slice(offset, offset + length).buffer);
  }

  it('is written for Qwen2 without reordering, and fits no other architecture', async () => {
    const qwen: Checkpoint = { ...BASE, config: { ...BASE.config, architecture: 'qwen2' } };
    const adapter = adapterOf(MODULES.map(() => ({ rank: 2, scaling: 1 })));
    const copy = await open(await written(adapter, 'F32', qwen));
    expect((await compareChanges(adapter, copy, headDim)).share).toBeLessThan(1e-6);
    expect(() => mergedCheckpoint(BASE, [{ adapter: copy, weight: 1 }])).toThrow(
      /it is for the architecture qwen2, and the model has llama/,
    );
  });

  it('merges as the adapter that it was written from', async () => {
    const adapter = adapterOf(MODULES.map((_, i) => ({ rank: 2 + (i % 3), scaling: 1 / (i + 1) })));
    const copy = await open(await written(adapter, 'F32'));
    const [one, two] = [adapter, copy].map((each) => mergedCheckpoint(BASE, [{ adapter: each, weight: 1 }]));
    if (!one || !two) throw new Error('Two are merged.');
    for (const name of one.merged) {
      const expected = await readTensor(one, name);
      (await readTensor(two, name)).forEach((value, i) =>
        expect(Math.abs(value - (expected[i] ?? NaN))).toBeLessThan(1e-5),
      );
    }
  });
});
