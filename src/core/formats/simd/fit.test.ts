import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { roundToHalf } from '../float.ts';
import { BLOCK } from '../quantise.ts';
import { fitBlocks, type FittedBlocks, type GridName } from './fit.ts';

/** Recorded before the kernels were AssemblyScript. */
const PINNED: Record<GridName, string[]> = {
  q4: ['998092168df036a9', 'fd17a4f1005835ee', 'f8ab9129b70e0abb'],
  q8: ['ea096692bc9472ba', 'b138703857e6a7be', '28b4f41a7f3ee6d8'],
};
const GRIDS: GridName[] = ['q4', 'q8'];

function errors(grid: GridName, values: Float32Array, { codes, scales, minimums }: FittedBlocks): number[] {
  const signed = new Int8Array(codes.buffer);
  return [...scales].map((scale, block) => {
    let sum = 0;
    for (let i = block * BLOCK; i < (block + 1) * BLOCK; i++) {
      const code = (grid === 'q8' ? signed[i] : codes[i]) ?? NaN;
      sum += (code * scale + (minimums[block] ?? NaN) - (values[i] ?? NaN)) ** 2;
    }
    return sum;
  });
}

describe.each(GRIDS)('%s', (grid) => {
  it('fits as well with SIMD as without', () => {
    const values = Float32Array.from(
      { length: BLOCK * 5000 },
      (_, i) => Math.sin(i * 12.9898) * Math.cos(i * i) * (1 + (i % 7)),
    );
    const [fast, plain] = [fitBlocks(grid, values), fitBlocks(grid, values, undefined, null)].map((fitted) =>
      errors(grid, values, fitted).reduce((a, b) => a + b, 0),
    ) as [number, number];
    // The SIMD version takes one more round for 8 bits.
    expect(fast / plain).toBeLessThan(1.001);
    expect(fast / plain).toBeGreaterThan(0.95);
  });

  it('gives the recorded codes, scales and minimums', () => {
    const values = Float32Array.from(
      { length: BLOCK * 5000 },
      (_, i) => (((i * 2654435761) % 4096) - 2048) / (1 + (i % 97)),
    );
    const { codes, scales, minimums } = fitBlocks(grid, values);
    const hashes = [codes, scales, minimums].map(({ buffer }) =>
      bytesToHex(sha256(new Uint8Array(buffer))).slice(0, 16),
    );
    expect(hashes).toEqual(PINNED[grid]);
  });

  it('is never worse than evenly spread levels, for any block', () => {
    const number = fc.oneof(
      fc.constant(0),
      fc.double({ min: -60000, max: 60000, noNaN: true }),
      fc.double({ min: -1e-6, max: 1e-6, noNaN: true }),
      fc.double({ min: -1, max: 1, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(number, { minLength: BLOCK, maxLength: BLOCK }), (list) => {
        const values = Float32Array.from(list);
        const fitted = fitBlocks(grid, values);
        const [low, high] = [Math.min(...values), Math.max(...values)];
        const [scale, minimum] =
          grid === 'q4'
            ? [roundToHalf((high - low) / 15), roundToHalf(low)]
            : [roundToHalf(Math.max(-low, high) / 127), 0];
        const [first, last] = grid === 'q4' ? [0, 15] : [-127, 127];
        const even = values.reduce((sum, value) => {
          const code = scale === 0 ? 0 : Math.min(last, Math.max(first, Math.round((value - minimum) / scale)));
          return sum + (code * scale + minimum - value) ** 2;
        }, 0);
        const [error = NaN] = errors(grid, values, fitted);
        // Single precision, which moves a fit by this much at most, decides between fits that are nearly equal.
        const rounding = Math.sqrt(BLOCK) * Math.max(-low, high) * 2 ** -23;
        expect(Math.sqrt(error)).toBeLessThanOrEqual(Math.sqrt(even) * (1 + 1e-3) + rounding + 1e-15);
        expect(Number.isFinite(fitted.scales[0] ?? NaN)).toBe(true);
      }),
    );
  });
});
