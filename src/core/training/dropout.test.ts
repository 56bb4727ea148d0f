import { describe, expect, it } from 'vitest';
import { randomStream } from '../random/sfc32.ts';
import { dropoutMask } from './dropout.ts';

describe('dropoutMask', () => {
  it('drops the requested share everywhere', () => {
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
