import { describe, expect, it } from 'vitest';
import { addProduct } from './product.ts';

const noise = (seed: number, count: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(seed * 12.9898 + i * 78.233));

describe('addProduct', () => {
  it.each([
    { rows: 64, rank: 64, columns: 576 },
    { rows: 7, rank: 3, columns: 33 },
    { rows: 1, rank: 1, columns: 1 },
    // More rows than the kernel's memory takes at once.
    { rows: 130, rank: 2, columns: 4100 },
  ])('adds the same with the kernel as with loops: $rows × $rank × $columns', ({ rows, rank, columns }) => {
    const [left, right, before] = [noise(1, rows * rank), noise(2, rank * columns), noise(3, rows * columns)];
    const [fast, plain] = [before.slice(), before.slice()];
    addProduct(fast, left, right, rank);
    addProduct(plain, left, right, rank, null);
    const apart = fast.reduce((most, value, i) => Math.max(most, Math.abs(value - (plain[i] ?? NaN))), 0);
    expect(apart).toBeLessThan(1e-6 * Math.sqrt(rank) * 10);
    expect(plain.some((value, i) => value !== before[i])).toBe(true);
  });
});
