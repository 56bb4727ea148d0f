import { describe, expect, it } from 'vitest';
import { tokenize13a } from './mteval13a.ts';

describe('tokenize13a', () => {
  it.each([
    ['', []],
    ["Hello, world. It's 3.5%!", ['Hello', ',', 'world', '.', "It's", '3.5', '%', '!']],
    ['10-20 and well-known', ['10', '-', '20', 'and', 'well-known']],
    ['&quot;a&quot; &amp; b', ['"', 'a', '"', '&', 'b']],
    ['hyphen-\nated<skipped>', ['hyphenated']],
    ['100.', ['100', '.']],
  ])('%j', (text, tokens) => {
    expect(tokenize13a(text)).toEqual(tokens);
  });
});
