import { describe, expect, it } from 'vitest';
import { formatBytes, formatDuration, formatMegabytes } from './units.ts';

describe('numbers with units', () => {
  it('writes sizes in decimal units', () => {
    expect(formatBytes(0)).toBe('0 B');
    expect(formatBytes(12)).toBe('12 B');
    expect(formatBytes(4_096)).toBe('4.1 kB');
    expect(formatBytes(112_400_000)).toBe('112 MB');
    expect(formatBytes(999_600_000)).toBe('1.0 GB');
    expect(formatBytes(4_130_000_000)).toBe('4.1 GB');
    expect(formatBytes(-1)).toBe('unknown size');
    expect(formatBytes(NaN)).toBe('unknown size');
    expect(formatMegabytes(125_912_345)).toBe('125.9 MB');
  });

  it('writes times without false precision', () => {
    expect(formatDuration(87.4)).toBe('87 ms');
    expect(formatDuration(1449)).toBe('1.4 s');
    expect(formatDuration(9960)).toBe('10 s');
    expect(formatDuration(125_000)).toBe('2 min 5 s');
    expect(formatDuration(3_599_900)).toBe('1 h 0 min');
    expect(formatDuration(12_000_000)).toBe('3 h 20 min');
    expect(formatDuration(-3)).toBe('0 ms');
  });
});
