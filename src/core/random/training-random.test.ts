import { describe, expect, it } from 'vitest';
import { dropoutMask, randomStream, shuffled } from './training-random.ts';

describe('randomStream', () => {
  it('gives the same numbers for the same key and others for another', () => {
    const draw = (...key: number[]): number[] => Array.from({ length: 5 }, randomStream(...key));
    expect(draw(1, 2, 3)).toEqual(draw(1, 2, 3));
    expect(draw(1, 2, 3)).not.toEqual(draw(1, 3, 2));
    expect(draw(1, 2, 3)).not.toEqual(draw(1, 2, 3, 0));
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

describe('dropoutMask', () => {
  it('drops the share asked for, anywhere', () => {
    const mask = dropoutMask(new Uint8Array(200_000), 0.1, randomStream(5));
    const dropped = (start: number, end: number): number =>
      mask.subarray(start, end).reduce((sum, kept) => sum + 1 - kept, 0);
    expect(Math.abs(dropped(0, 200_000) - 20_000)).toBeLessThan(600);
    expect(Math.abs(dropped(0, 1000) - 100)).toBeLessThan(50);
    expect(Math.abs(dropped(199_000, 200_000) - 100)).toBeLessThan(50);
  });

  it('keeps everything at 0', () => {
    expect(dropoutMask(new Uint8Array(10), 0, randomStream(1))).toEqual(new Uint8Array(10).fill(1));
  });
});

describe('shuffled', () => {
  it('keeps every item once and leaves its argument alone', () => {
    const items = [1, 2, 3, 4, 5];
    expect([...shuffled(items, randomStream(2))].sort()).toEqual(items);
    expect(items).toEqual([1, 2, 3, 4, 5]);
  });
});
