import { afterEach, describe, expect, it } from 'vitest';
import { countingIn } from '../texts/counting.ts';
import { speak } from '../texts/in-use.svelte.ts';
import { LOAD_TEXTS } from '../texts/load.ts';
import { ago, bytes, decimal, inWords, integer, percent, rate, tokensPerSecond } from './format.ts';

afterEach(() => speak('en', null));

describe('words', () => {
  it('writes counts with their unit', () => {
    const count = countingIn('en');
    expect(count(1, 'token', 'tokens')).toBe('1 token');
    expect(count(2048, 'token', 'tokens')).toBe('2,048 tokens');
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

  it.each([
    ['en', '1,008', '27.4', '1.5 billion', '4.1 MB', 'unknown size', '12.5\u00a0%'],
    ['de', '1.008', '27,4', '1,5 Milliarden', '4,1 MB', 'Größe unbekannt', '12,5\u00a0%'],
    ['es', '12.008', '27,4', '1,5 mil millones', '4,1 MB', 'tamaño desconocido', '12,5\u00a0%'],
  ] as const)('follows the language: %s', async (id, whole, ...others) => {
    speak(id, id === 'en' ? null : (await LOAD_TEXTS[id]()).catalogue);
    // Spanish groups numbers from five digits on.
    expect(integer(id === 'es' ? 12_008 : 1008)).toBe(whole);
    expect([decimal(27.38), inWords(1.5e9), bytes(4.1e6), bytes(NaN), percent(0.125, 1)]).toEqual(others);
    expect(decimal(NaN)).toBe('–');
  });
});
