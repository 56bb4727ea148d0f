import { pyRstrip, pySplit } from './python-text.ts';

/**
 * The tokenizer of mteval-v13a that WMT uses: punctuation is split from words, except dots, commas and dashes inside
 * numbers.
 *
 * Reference: sacrebleu 2.6.0 `tokenizer_13a.py` and `tokenizer_re.py`, applied to `text.rstrip()` as its BLEU does.
 */
export function tokenize13a(text: string): string[] {
  let t = pyRstrip(text).replaceAll('<skipped>', '').replaceAll('-\n', '').replaceAll('\n', ' ');
  if (t.includes('&')) {
    t = t.replaceAll('&quot;', '"').replaceAll('&amp;', '&').replaceAll('&lt;', '<').replaceAll('&gt;', '>');
  }
  return pySplit(
    ` ${t} `
      .replace(/[{-~[-` -&(-+:-@/]/g, ' $& ')
      .replace(/([^0-9])([.,])/gu, '$1 $2 ')
      .replace(/([.,])([^0-9])/gu, ' $1 $2')
      .replace(/([0-9])(-)/g, '$1 $2 '),
  );
}
