import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../random/xoshiro128.ts';
import { tinyCheckpoint } from '../../engine/testing/tiny-model.ts';
import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import type { StoredType } from '../stored.ts';
import { gpuLayout, twofoldRows } from './gpu-layout.ts';
import type { NBits, NBitsRows } from './nbits.ts';

const [ROWS, COLUMNS] = [3, 64];

/** Rows of MatMulNBits without minimums, or with them as the exporter's other graph adds them. */
function product({ codes, scales, minimums }: NBitsRows, x: number[], bits: NBits): number[] {
  const blocks = x.length / 32;
  return Array.from({ length: scales.length / blocks }, (_, row) =>
    x.reduce((sum, value, i) => {
      const at = row * x.length + i;
      const block = row * blocks + Math.floor(i / 32);
      const code = bits === 8 ? (codes[at] ?? NaN) - 128 : (((codes[at >> 1] ?? NaN) >> (4 * (at % 2))) & 15) - 8;
      const scale = scales[block] ?? NaN;
      const shift = minimums.length > 0 ? (minimums[block] ?? NaN) + 8 * scale : 0;
      return sum + value * (code * scale + shift);
    }, 0),
  );
}

describe('twofoldRows', () => {
  const random = seededRandom(4);
  const scales = Float32Array.from({ length: (ROWS * COLUMNS) / 32 }, () => random() / 16);
  const x = Array.from({ length: COLUMNS }, () => random() - 0.5);

  it('gives the same product of 4 bits with minimums for an input that holds every value twice', () => {
    const codes = Uint8Array.from({ length: (ROWS * COLUMNS) / 2 }, () => random() * 256);
    const rows: NBitsRows = { codes, scales, minimums: scales.map(() => -random()) };
    const twice = product(twofoldRows(rows, COLUMNS, 4), [...x, ...x], 4);
    product(rows, x, 4).forEach((value, row) => expect(twice[row]).toBeCloseTo(value, 6));
    expect(twice).toHaveLength(ROWS);
  });

  /** Rows of 8 bits, and 4-bit rows of them as values of 8 bits. */
  const halved = (values: number[]) => {
    const codes = Uint8Array.from(values, (value) => value + 128);
    const rows: NBitsRows = { codes, scales, minimums: new Float32Array(0) };
    const twice = twofoldRows(rows, COLUMNS, 8);
    const each = Array.from({ length: COLUMNS }, (_, at) =>
      product(
        twice,
        [...x, ...x]
          .fill(0)
          .with(at, 1)
          .with(COLUMNS + at, 1),
        4,
      ),
    );
    return values.map((_, i) => {
      const row = Math.floor(i / COLUMNS);
      return (each[i % COLUMNS]?.[row] ?? NaN) / (scales[Math.floor(i / 32)] ?? NaN);
    });
  };
  /** Values of 8 bits, the largest of each block at its beginning and the opposite one at its end. */
  const blocks = (first: number, last: number): number[] =>
    Array.from({ length: ROWS * COLUMNS }, (_, i) =>
      i % 32 === 0 ? first : i % 32 === 31 ? last : Math.round((random() - 0.5) * 236),
    );

  it.each([
    [127, -119],
    [-127, 119],
    [0, 0],
    [127, 0],
    [-3, 127],
  ])('keeps values of 8 bits as two of 4 bits, from %i to %i', (first, last) => {
    const values = blocks(first, last);
    halved(values).forEach((value, i) => expect(value).toBeCloseTo(values[i] ?? NaN, 4));
  });

  it('rounds a block with large values on both sides to a slightly larger scale', () => {
    const values = blocks(127, -127);
    const found = halved(values);
    const errors = found.map((value, i) => Math.abs(value - (values[i] ?? NaN)));
    expect(Math.max(...errors)).toBeLessThan(127 / 119 / 2 + 1e-3);
    expect(Math.max(...errors)).toBeGreaterThan(0.1);
    expect(found[0]).toBeCloseTo(127, 3);
  });
});

describe('gpuLayout', () => {
  const checkpoint = (types: Record<string, StoredType> = {}, epsilon = 1e-5): Checkpoint => {
    const tiny = tinyCheckpoint();
    const tensors = new Map(
      [...tiny.tensors].map(([name, info]) => {
        const [, type] = Object.entries(types).find(([part]) => name.includes(part)) ?? [];
        return [name, { ...info, type: type ?? 'Q4_1' }] as const;
      }),
    );
    return { ...tiny, tensors, config: { ...tiny.config, normEpsilon: epsilon } };
  };
  const MATRICES = ['self_attn.q', 'self_attn.o', 'mlp.gate', 'mlp.down'].map(
    (part) => `model.layers.0.${part}_proj.weight`,
  );
  const bits = (source: Checkpoint) => MATRICES.map((matrix) => (gpuLayout(source).eightBits(matrix) ? 8 : 4));

  it('keeps the 4 bits of matrices that read the hidden state', () => {
    expect(gpuLayout(checkpoint()).twofold).toBe(true);
    expect(bits(checkpoint())).toEqual([4, 8, 4, 8]);
    expect(bits(checkpoint({ q_proj: 'Q8_0' }))).toEqual([8, 8, 4, 8]);
  });

  it('has 8 bits everywhere where the feed-forward network could not be fused', () => {
    expect(gpuLayout(checkpoint({ up_proj: 'Q8_0' })).twofold).toBe(true);
    expect(gpuLayout(checkpoint({}, 1e-6)).twofold).toBe(false);
    expect(bits(checkpoint({}, 1e-6))).toEqual([8, 8, 8, 8]);
  });
});
