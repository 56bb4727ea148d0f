import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../random/xoshiro128.ts';
import { type Adapter, floatModule } from './adapter.ts';
import { compareChanges } from './change.ts';
import { combinedAdapter } from './combine.ts';
import { cutAdapter } from './cut.ts';
import { settingsOfModules } from './module-settings.ts';

const MODULE = 'model.layers.0.self_attn.v_proj';

/** An adapter of one module with these values. */
function adapterOf(a: Float32Array, b: Float32Array, rank: number, scaling = 1): Adapter {
  const modules = new Map([[MODULE, floatModule([b.length / rank, a.length / rank], rank, scaling)]]);
  return {
    name: 'made up',
    modules,
    settings: settingsOfModules(modules, undefined),
    factors: () => Promise.resolve({ a, b }),
  };
}

function randomAdapter(seed: number, [out, in_, rank]: readonly [number, number, number], scaling?: number): Adapter {
  const random = seededRandom(seed);
  const values = (count: number): Float32Array => Float32Array.from({ length: count }, () => random() - 0.5);
  return adapterOf(values(rank * in_), values(out * rank), rank, scaling);
}

const share = async (from: Adapter, to: Adapter): Promise<number> => (await compareChanges(from, to, 4)).share;

describe('cutAdapter', () => {
  it('keeps the largest of known singular values, and loses the norm of the others', async () => {
    // B and Aᵀ have orthonormal columns times √9, √4, √1 and √0: the change has the singular values 9, 4, 1 and 0.
    const roots = [3, 2, 1, 0];
    const diagonal = (rows: number, columns: number): Float32Array =>
      Float32Array.from({ length: rows * columns }, (_, i) =>
        Math.floor(i / columns) === i % columns ? (roots[i % columns] ?? 0) : 0,
      );
    const whole = adapterOf(diagonal(4, 6), diagonal(5, 4), 4);
    const norm = Math.sqrt(81 + 16 + 1);
    for (const [rank, lost] of [
      [3, 0],
      [2, 1 / norm],
      [1, Math.sqrt(17) / norm],
    ] as const) {
      const cut = cutAdapter(whole, rank);
      expect(cut.modules.get(MODULE)).toMatchObject({
        rank,
        scaling: 1,
        a: { shape: [rank, 6] },
        b: { shape: [5, rank] },
      });
      expect(Math.abs((await share(whole, cut)) - lost)).toBeLessThan(1e-6);
    }
  });

  it('loses nothing at the true rank of a change, whatever the shapes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 12 }),
        fc.constantFrom(0.5, 1, -2),
        fc.integer(),
        async (out, in_, rank, scaling, seed) => {
          const whole = randomAdapter(seed, [out, in_, rank], scaling);
          const twice = combinedAdapter('twice', [
            { adapter: whole, weight: 0.5 },
            { adapter: whole, weight: 0.25 },
          ]);
          const cut = cutAdapter(twice, Math.min(rank, out, in_));
          expect(cut.modules.get(MODULE)?.rank).toBe(Math.min(rank, out, in_));
          expect(await share(twice, cut)).toBeLessThan(1e-4);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('loses less with every rank, and is nearer than the first columns alone', async () => {
    const whole = randomAdapter(3, [12, 10, 8]);
    const { a, b } = await whole.factors(MODULE, 4);
    const first = adapterOf(
      a.subarray(0, 4 * 10),
      Float32Array.from({ length: 12 * 4 }, (_, i) => b[8 * Math.floor(i / 4) + (i % 4)] ?? 0),
      4,
    );
    const lost = await Promise.all([1, 2, 4, 6, 7].map((rank) => share(whole, cutAdapter(whole, rank))));
    expect(lost).toEqual([...lost].sort((x, y) => y - x));
    expect(lost[2]).toBeLessThan(await share(whole, first));
  });

  it('leaves smaller ranks as they are, and a change of zero zero', async () => {
    const small = randomAdapter(1, [6, 6, 3]);
    expect(cutAdapter(small, 3).modules.get(MODULE)).toBe(small.modules.get(MODULE));
    const nothing = adapterOf(new Float32Array(4 * 6).fill(1), new Float32Array(6 * 4), 4);
    const { a, b } = await cutAdapter(nothing, 2).factors(MODULE, 4);
    expect([...a, ...b].every((value) => value === 0)).toBe(true);
  });
});
