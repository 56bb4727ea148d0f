import { describe, expect, it } from 'vitest';
import { MersenneTwister } from '../random/mt19937.ts';
import { randomSplit, stratifiedSplit } from './split.ts';

describe('MersenneTwister', () => {
  it('draws the same as NumPy', () => {
    const random = new MersenneTwister(5);
    expect([random.next(), random.next(), random.next()]).toEqual([953453411, 236996814, 3739766767]);
  });
});

describe('stratifiedSplit', () => {
  const labels = Array.from({ length: 47 }, (_, i) => ['a', 'b', 'c', 'dd'][(i * i + Math.floor(i / 3)) % 4] ?? '');

  /** Recorded from scikit-learn 1.9.1. */
  it.each([
    {
      seed: 0,
      share: 0.2,
      train: [
        20, 7, 8, 32, 16, 3, 13, 5, 26, 40, 38, 28, 21, 30, 10, 31, 23, 6, 25, 1, 41, 33, 9, 12, 18, 45, 17, 2, 24, 39,
        46, 42, 11, 44, 35, 34, 19,
      ],
      test: [14, 36, 0, 27, 22, 29, 43, 37, 4, 15],
    },
    {
      seed: 42,
      share: 0.2,
      train: [
        42, 44, 3, 25, 14, 23, 12, 27, 24, 1, 4, 20, 18, 7, 26, 29, 46, 8, 2, 33, 19, 16, 41, 35, 22, 31, 39, 10, 37,
        17, 6, 38, 28, 45, 30, 9, 0,
      ],
      test: [40, 21, 34, 36, 43, 5, 32, 15, 13, 11],
    },
    {
      seed: 7,
      share: 0.33,
      train: [
        39, 33, 0, 38, 2, 5, 19, 41, 34, 16, 40, 17, 13, 15, 22, 3, 36, 44, 27, 46, 9, 23, 4, 29, 45, 28, 42, 43, 24,
        14, 6,
      ],
      test: [30, 37, 18, 7, 12, 35, 20, 8, 31, 1, 25, 32, 10, 26, 21, 11],
    },
  ])('is the split of scikit-learn for seed $seed', ({ seed, share, train, test }) => {
    expect(stratifiedSplit(labels, share, seed)).toEqual({ train, test });
  });

  it('refuses a class with one member by its name', () => {
    expect(() => stratifiedSplit(['a', 'a', 'b'], 0.5, 0)).toThrow('"b" has one member');
  });
});

describe('randomSplit', () => {
  it('holds out a share, but never everything', () => {
    const { train, test } = randomSplit(5, 0.2, 42);
    // Recorded from ShuffleSplit(n_splits=1, test_size=0.2, random_state=42).
    expect({ train, test }).toEqual({ train: [4, 2, 0, 3], test: [1] });
    expect(randomSplit(1, 0.2, 42)).toEqual({ train: [0], test: [] });
    expect(randomSplit(2, 0.9, 1).train).toHaveLength(1);
  });
});
