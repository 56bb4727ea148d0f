import { describe, expect, it } from 'vitest';
import { describeExtra, hasShared } from './shared.ts';

const collected: string[] = [];

describeExtra(['nowhere/nothing.json'], 'a file that no machine has', () => void collected.push('missing'));

describe('tests that need the shared folder', () => {
  it('are not even collected where a file of theirs is missing', () => {
    expect(hasShared('nowhere/nothing.json')).toBe(false);
    expect(collected).toEqual([]);
  });
});
