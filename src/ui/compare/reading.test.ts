import { describe, expect, it } from 'vitest';
import type { Column } from '../../core/conversation/comparison.ts';
import { readingOf } from './reading.ts';

const column = (
  representation: Column['representation'],
  promptTokens: number | null,
  firstTokenMs: number,
): Column => ({
  representation,
  messages: [{ role: 'user', content: `as ${representation} has it` }],
  reply: 'I hear you.',
  end: 'stop',
  stats: { promptTokens, newTokens: 4, firstTokenMs, decodeMs: 100 },
});

describe('the reading of a comparison', () => {
  it('compares each compression with Raw', () => {
    const words = readingOf([column('raw', 200, 1000), column('keypos', 130, 600), column('nostopwords', 110, 980)]);
    expect(words).toContain('KeyPOS sent 35 % fewer tokens than Raw and began its reply 40 % sooner');
    expect(words).toContain('NoStopwords sent 45 % fewer tokens than Raw and began its reply at about the same moment');
  });

  it('compares no times of the same context, which an engine has read the second time', () => {
    const raw = column('raw', 66, 988);
    const same = { ...column('keypos', 66, 88), messages: raw.messages };
    expect(readingOf([raw, same, column('nostopwords', 60, 900)])).toMatch(
      /^KeyPOS sent the same context as Raw; NoStopwords sent 9 % fewer tokens than Raw/,
    );
  });

  it('reports more tokens and later replies as such', () => {
    expect(readingOf([column('raw', 100, 500), column('keypos', 110, 800)])).toContain(
      '10 % more tokens than Raw and began its reply 60 % later',
    );
  });

  it('manages without token counts if the engine gives none', () => {
    expect(readingOf([column('raw', null, 500), column('keypos', null, 800)])).toContain('sent a shorter context');
  });

  it('says nothing until there is something to compare', () => {
    expect(readingOf([])).toBeNull();
    expect(readingOf([column('raw', 1, 1)])).toBeNull();
    expect(readingOf([{ ...column('raw', 1, 1), end: 'cancelled' }, column('keypos', 1, 1)])).toBeNull();
  });
});
