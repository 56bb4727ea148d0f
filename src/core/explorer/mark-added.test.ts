import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { markAdded } from './mark-added.ts';

const word = fc.constantFrom<string[]>('I', 'am', 'so', 'sorry', 'to', 'hear', 'that', '.', ',');
const sentence = fc.oneof(
  fc.array(word, { maxLength: 12 }).map((words) => words.join(' ')),
  fc.string({ unit: 'grapheme' }),
);
const words = (text: string) => text.match(/[\p{L}\p{N}\p{M}'’]+|[^\s]/gu) ?? [];

describe('markAdded', () => {
  it('gives the whole text, in stretches that alternate', () => {
    fc.assert(
      fc.property(sentence, sentence, (base, text) => {
        const stretches = markAdded(base, text);
        expect(stretches.map((stretch) => stretch.text).join('')).toBe(text);
        stretches.slice(1).forEach(({ added }, i) => expect(added).not.toBe(stretches[i]?.added));
      }),
    );
  });

  it('marks nothing in the same text, and everything beside an empty one', () => {
    fc.assert(
      fc.property(sentence, (text) => {
        expect(markAdded(text, text).filter(({ added }) => added)).toEqual([]);
        expect(
          markAdded('', text)
            .filter(({ added }) => !added)
            .map((stretch) => stretch.text.trim()),
        ).toEqual(words(text).length === 0 && text !== '' ? [''] : expect.any(Array));
      }),
    );
  });

  it('leaves words unmarked that stand in the base, in its order, and as many as possible', () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), fc.array(word, { maxLength: 8 }), (a, b) => {
        const kept = markAdded(a.join(' '), b.join(' '))
          .filter(({ added }) => !added)
          .flatMap(({ text }) => words(text));
        let from = 0;
        for (const each of kept) {
          const at = a.indexOf(each, from);
          expect(at).toBeGreaterThanOrEqual(0);
          from = at + 1;
        }
        expect(kept).toHaveLength(longest(a, b));
      }),
    );
  });

  it('marks runs of words with the space between them', () => {
    expect(markAdded('I hear you.', 'I really do hear you now.')).toEqual([
      { text: 'I ', added: false },
      { text: 'really do', added: true },
      { text: ' hear you ', added: false },
      { text: 'now', added: true },
      { text: '.', added: false },
    ]);
  });

  it('finishes on texts of any length', () => {
    const long = (name: string) => Array.from({ length: 20_000 }, (_, i) => `${name}${i}`).join(' ');
    expect(markAdded(`start ${long('a')} end`, `start ${long('b')} end`).map(({ added }) => added)).toEqual([
      false,
      true,
      false,
    ]);
  });
});

/** The length of a longest common subsequence, by its definition. */
function longest(a: readonly string[], b: readonly string[]): number {
  const [first, ...rest] = a;
  if (first === undefined || b.length === 0) return 0;
  const at = b.indexOf(first);
  return Math.max(longest(rest, b), at < 0 ? 0 : 1 + longest(rest, b.slice(at + 1)));
}
