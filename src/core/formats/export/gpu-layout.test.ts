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

describe.each([4, 8] as const)('twofoldRows of %i bits', (bits) => {
  it('give the same product for an input that holds every value twice', () => {
    const random = seededRandom(bits);
    const blocks = (ROWS * COLUMNS) / 32;
    const rows: NBitsRows = {
      codes: Uint8Array.from({ length: (ROWS * COLUMNS * bits) / 8 }, () => random() * 256),
      scales: Float32Array.from({ length: blocks }, () => random() / 16),
      minimums: Float32Array.from({ length: bits === 4 ? blocks : 0 }, () => -random()),
    };
    const x = Array.from({ length: COLUMNS }, () => random() - 0.5);
    const twice = product(twofoldRows(rows, COLUMNS, bits), [...x, ...x], bits);
    product(rows, x, bits).forEach((value, row) => expect(twice[row]).toBeCloseTo(value, 6));
    expect(twice).toHaveLength(ROWS);
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
    for (const source of [checkpoint({ up_proj: 'Q8_0' }), checkpoint({}, 1e-6)]) {
      expect(gpuLayout(source).twofold).toBe(false);
      expect(bits(source)).toEqual([8, 8, 8, 8]);
    }
  });
});
