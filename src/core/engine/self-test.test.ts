import { describe, expect, it } from 'vitest';
import { expectedValues, knownValues, largestDifference } from './self-test.ts';

describe('known values', () => {
  it('are the log-probabilities of the tokens after the first', () => {
    const even = Float32Array.of(0, 0, 0, 0);
    const sure = Float32Array.of(0, 100, 0, 0);
    const known = knownValues('text', [3, 2, 0], [even, sure, even]);
    expect(known).toEqual({ text: 'text', ids: [3, 2, 0], logprobs: [-1.3863, -100] });
  });

  it('are compared from the first token that was measured to the last', () => {
    const known = { logprobs: [-1, -2, -3] };
    expect(expectedValues(known, { first: 1 }, 4)).toEqual([-1, -2, -3]);
    expect(expectedValues(known, { first: 2 }, 4)).toEqual([-2, -3]);
    expect(expectedValues(known, { first: 1 }, 3)).toEqual([-1, -2]);
  });

  it('differ by the largest difference, without bound where a value is missing or not a number', () => {
    expect(largestDifference([-1, -2, -3], [-1, -2.5, -3])).toBe(0.5);
    expect(largestDifference([-1, NaN], [-1, -2])).toBe(Infinity);
    expect(largestDifference([-1, -2], [-1])).toBe(Infinity);
  });
});
