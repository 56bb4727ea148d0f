import { describe, expect, it } from 'vitest';
import { toNBits } from '../../src/core/formats/export/nbits.ts';
import { quantisePool } from './quantise-pool.ts';

describe('quantisePool', () => {
  it('gives the same result as one thread', async () => {
    const pool = quantisePool(2);
    const values = Float32Array.from({ length: 1 << 18 }, (_, i) => Math.sin(i * 12.9898) * 0.1);
    const stored = new Uint8Array(values.buffer);
    try {
      const found = await Promise.all(
        ([4, 8, 4] as const).map(async (bits) => pool.quantise('F32', stored.slice(), values.length, bits)),
      );
      expect(found).toEqual(([4, 8, 4] as const).map((bits) => toNBits('F32', stored, values.length, bits)));
    } finally {
      pool.close();
    }
  });
});
