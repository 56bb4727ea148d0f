import { describe, expect, it } from 'vitest';
import { MAX_RECORD } from './limits.ts';
import { LineSplitter } from './lines.ts';

describe('LineSplitter', () => {
  it('joins lines across pieces, with either line break', () => {
    const splitter = new LineSplitter();
    const lines = ['a', 'b\r', '\n\nc\nd', ' e'].flatMap((piece) => [...splitter.push(piece)]);
    expect([...lines, ...splitter.end()]).toEqual(['ab', '', 'c', 'd e']);
    expect([...splitter.end()]).toEqual([]);
  });

  it('drops a line that is too long for a record, and nothing after it', () => {
    const splitter = new LineSplitter();
    const piece = 'x'.repeat(2 ** 20);
    for (let i = 0; i < 200; i++) expect([...splitter.push(piece)]).toEqual([]);
    const [long = '', next] = splitter.push('y\nnext\n');
    expect(long.length).toBeGreaterThan(MAX_RECORD);
    expect(long.length).toBeLessThanOrEqual(MAX_RECORD + piece.length);
    expect(next).toBe('next');
  });
});
