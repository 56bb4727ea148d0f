import { describe, expect, it } from 'vitest';
import { bootstrapIndices, sampleWithoutReplacement, shuffle, shuffleByKeys } from './random.ts';
import { randomStream } from './sfc32.ts';
import { seededRandom } from './xoshiro128.ts';

const ten = Array.from({ length: 10 }, (_, i) => i);

describe('seededRandom', () => {
  it('gives the recorded numbers', () => {
    expect(Array.from({ length: 3 }, seededRandom(1))).toEqual([
      0.09156953175513294, 0.8881928137485323, 0.43427017709149285,
    ]);
  });
});

describe('shuffle', () => {
  it('keeps every item once and does not change its argument', () => {
    const items = [1, 2, 3, 4, 5];
    expect([...shuffle(items, randomStream(2))].sort()).toEqual(items);
    expect(items).toEqual([1, 2, 3, 4, 5]);
  });

  it('gives the recorded order', () => {
    expect(shuffle(ten, randomStream(7))).toEqual([2, 7, 9, 0, 1, 6, 3, 4, 5, 8]);
  });
});

describe('shuffleByKeys', () => {
  it('gives the recorded order', () => {
    expect(shuffleByKeys(ten, seededRandom(4)).slice(0, 5)).toEqual([4, 6, 2, 5, 8]);
  });
});

describe('sampleWithoutReplacement', () => {
  it('gives the recorded items in their original order, and all if there are no more', () => {
    expect(sampleWithoutReplacement(ten, 4, seededRandom(3))).toEqual([4, 5, 6, 7]);
    expect(sampleWithoutReplacement(ten, 11, seededRandom(3))).toEqual(ten);
  });
});

describe('bootstrapIndices', () => {
  it('draws with replacement', () => {
    expect(bootstrapIndices(6, seededRandom(2))).toEqual([5, 1, 2, 1, 2, 0]);
  });
});
