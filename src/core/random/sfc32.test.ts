import { describe, expect, it } from 'vitest';
import { randomStream } from './sfc32.ts';

describe('randomStream', () => {
  it('gives the same numbers for the same key and others for another', () => {
    const draw = (...key: number[]): number[] => Array.from({ length: 5 }, randomStream(...key));
    expect(draw(1, 2, 3)).toEqual(draw(1, 2, 3));
    expect(draw(1, 2, 3)).not.toEqual(draw(1, 3, 2));
    expect(draw(1, 2, 3)).not.toEqual(draw(1, 2, 3, 0));
  });

  it('gives the recorded numbers', () => {
    expect(Array.from({ length: 3 }, randomStream(1, 2, 3))).toEqual([
      0.5626673856750131, 0.5564694134518504, 0.045671939151361585,
    ]);
  });

  it('is uniform', () => {
    const random = randomStream(4);
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 100_000; i++) {
      const bin = Math.floor(random() * 10);
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });
});
