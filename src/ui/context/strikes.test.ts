import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TokenSpan } from '../../core/compression/representation.ts';
import { strikes } from './strikes.ts';

const word = (text: string, part: string, keep: boolean): TokenSpan => {
  const start = text.indexOf(part);
  return { start, end: start + part.length, keep };
};

describe('strikes', () => {
  it('joins neighbouring dropped words and the space between them', () => {
    const text = 'I am so sad today.';
    const spans = [
      word(text, 'I', true),
      word(text, 'am', false),
      word(text, 'so', false),
      word(text, 'sad', true),
      word(text, 'today', true),
      word(text, '.', false),
    ];
    expect(strikes(text, spans)).toEqual([
      { text: 'I ', dropped: false },
      { text: 'am so', dropped: true },
      { text: ' sad today', dropped: false },
      { text: '.', dropped: true },
    ]);
  });

  it('returns every character, and never two stretches of one kind in a row', () => {
    const pieces = fc.array(
      fc.record({ gap: fc.constantFrom('', ' ', '\n', ' x '), body: fc.string({ minLength: 1 }), keep: fc.boolean() }),
    );
    fc.assert(
      fc.property(pieces, fc.string(), (parts, tail) => {
        let text = '';
        const spans: TokenSpan[] = [];
        for (const { gap, body, keep } of parts) {
          text += gap;
          spans.push({ start: text.length, end: text.length + body.length, keep });
          text += body;
        }
        text += tail;
        const result = strikes(text, spans);
        expect(result.map((stretch) => stretch.text).join('')).toBe(text);
        result.forEach((stretch, i) => i > 0 && expect(stretch.dropped).not.toBe(result[i - 1]?.dropped));
      }),
    );
  });
});
