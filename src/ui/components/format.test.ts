import { describe, expect, it } from 'vitest';
import { ago, count, rate, tokensPerSecond } from './format.ts';

describe('words', () => {
  it('writes counts with their unit', () => {
    expect(count(1, 'token')).toBe('1 token');
    expect(count(2048, 'token')).toBe('2,048 tokens');
    expect(count(2, 'reply', 'replies')).toBe('2 replies');
  });

  it('counts the intervals between tokens, not the tokens', () => {
    expect(tokensPerSecond({ newTokens: 11, decodeMs: 1000 })).toBe(10);
    expect(tokensPerSecond({ newTokens: 1, decodeMs: 0 })).toBeNull();
    expect(rate(9.94)).toBe('9.9');
    expect(rate(31.4)).toBe('31');
  });

  it('says how long ago', () => {
    const now = Date.UTC(2026, 10, 24, 12);
    expect(ago(now - 20_000, now)).toBe('just now');
    expect(ago(now - 5 * 60_000, now)).toBe('5 min ago');
    expect(ago(now - 3 * 3_600_000, now)).toBe('3 h ago');
    expect(ago(now - 40 * 86_400_000, now)).toBe('Oct 15, 2026');
  });
});
