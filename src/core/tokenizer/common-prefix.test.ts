import { describe, expect, it } from 'vitest';
import { commonPrefix, keptPositions } from './common-prefix.ts';

describe('commonPrefix', () => {
  it('counts the ids with which both begin', () => {
    expect(commonPrefix([1, 2, 3], [1, 2, 4])).toBe(2);
    expect(commonPrefix([1, 2], [1, 2, 3])).toBe(2);
    expect(commonPrefix([1, 2, 3], [1, 2])).toBe(2);
    expect(commonPrefix([1], [2])).toBe(0);
    expect(commonPrefix([], [1])).toBe(0);
  });
});

describe('keptPositions', () => {
  it('leaves the last id to run, and keeps nothing for no ids', () => {
    expect(keptPositions([1, 2, 3], [1, 2, 3])).toBe(2);
    expect(keptPositions([1, 2, 3], [1, 2])).toBe(1);
    expect(keptPositions([1, 2], [1, 2, 3])).toBe(2);
    expect(keptPositions([1, 2, 3], [4, 2, 3])).toBe(0);
    expect(keptPositions([1], [])).toBe(0);
  });
});
