import { describe, expect, it } from 'vitest';
import { findWords, markWords, queryWords } from './word-search.ts';

/** The text with what was found in brackets. */
const marked = (text: string, query: string): string =>
  markWords(text, queryWords(query))
    .map((stretch) => (stretch.hit ? `[${stretch.text}]` : stretch.text))
    .join('');

describe('markWords', () => {
  it.each([
    ['I have a cat.', 'CAT', 'I have a [cat].'],
    ['Crème brûlée', 'creme BRULEE', '[Crème] [brûlée]'],
    // A ligature is two letters of the query; emoji take two code units.
    ['Dies ist ein 🙂 ﬁne day', 'fine', 'Dies ist ein 🙂 [ﬁne] day'],
    ['A cat, a cat', 'cat', 'A [cat], a [cat]'],
    ['one two three', '"two three"', 'one [two three]'],
    ['catalogue', 'cat catalogue', '[cat]alogue'],
    ['nothing here', 'cat', 'nothing here'],
    ['as it is', '', 'as it is'],
  ])('marks in %j what %j looks for', (text, query, result) => {
    expect(marked(text, query)).toBe(result);
  });

  it('gives the whole text, whatever is marked', () => {
    const text = 'Ǆ und 가나다, e\u0301te\u0301: İstanbul';
    const stretches = markWords(text, queryWords('ete a'));
    expect(stretches.map((each) => each.text).join('')).toBe(text);
    expect(findWords(text, queryWords('ete'))).toHaveLength(1);
  });
});
