import { describe, expect, it } from 'vitest';
import { nltkTokenize } from './treebank.ts';

describe('nltkTokenize', () => {
  it.each([
    ['', []],
    ["I don't know.", ['I', 'do', "n't", 'know', '.']],
    ['One. Two.', ['One.', 'Two', '.']],
    ['It cost $3.88, or 3,36 euros: fine', ['It', 'cost', '$', '3.88', ',', 'or', '3,36', 'euros', ':', 'fine']],
    ['He said "no" (twice)!', ['He', 'said', '``', 'no', "''", '(', 'twice', ')', '!']],
    ["She'll say 'yes'.", ['She', "'ll", 'say', "'", 'yes', "'", '.']],
    ["They've got the dogs' toys", ['They', "'ve", 'got', 'the', 'dogs', "'", 'toys']],
    ['I cannot, gonna wanna go', ['I', 'can', 'not', ',', 'gon', 'na', 'wan', 'na', 'go']],
    ["'Tis well--so they say...", ["'", 'Tis', 'well', '--', 'so', 'they', 'say', '...']],
    ['“Curly” quotes’ ends', ['“', 'Curly', '”', 'quotes', '’', 'ends']],
    ['a\u001cb\u0085c\ufeffd', ['a', 'b', 'c\ufeffd']],
  ])('%j', (text, tokens) => {
    expect(nltkTokenize(text)).toEqual(tokens);
  });

  it('takes linear time on hostile text', () => {
    for (const text of [' '.repeat(50_000), `.${' '.repeat(50_000)}x`, "'".repeat(50_000), '`'.repeat(50_000)]) {
      expect(nltkTokenize(text).length).toBeLessThanOrEqual(text.length);
    }
  });
});
