import { PY_SPACE, pySplit } from './python-text.ts';

/**
 * The word tokenizer of NLTK: `NLTKWordTokenizer().tokenize(text)`, without sentence splitting, so that only the last
 * full stop of a text is split from its word.
 *
 * Reference: NLTK 3.10.4 `nltk/tokenize/destructive.py`, after Robert MacIntyre's Penn Treebank tokenizer script.
 *
 * NLTK compiles all but the contractions with the `regex` package, whose `\w` (marks, connectors and joiners included)
 * is wider than the `\w` of `re` that the contractions see; both are kept.
 */
export function nltkTokenize(text: string): string[] {
  let t = text;
  for (const { when, find, put } of BEFORE_PADDING) if (!when || when.test(t)) t = t.replace(find, put);
  t = ` ${t} `;
  for (const { when, find, put } of AFTER_PADDING) if (!when || when.test(t)) t = t.replace(find, put);
  return pySplit(t);
}

/** `when` is a cheap test that must hold for `find` to match at all. */
interface Rule {
  when?: RegExp;
  find: RegExp;
  put: string;
}

const WORD = '[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Join_Control}\\p{Pc}]';
const RE_WORD = '[\\p{L}\\p{N}_]';
/** White_Space of Unicode, which is what `\s` means in the `regex` package. */
const SPACE = '[\\t-\\r\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';

/** A standalone two-part contraction, such as `can|not`. */
function contraction(first: string, second: string, before = `(?<!${RE_WORD})`, after = `(?!${RE_WORD})`): Rule {
  return {
    when: new RegExp(first + second, 'iu'),
    find: new RegExp(`${before}(${first})(${second})${after}`, 'giu'),
    put: ' $1 $2 ',
  };
}

const BEFORE_PADDING: Rule[] = [
  // Opening quotes.
  { find: /([«“‘„]|`+)/gu, put: ' $1 ' },
  { find: /^"/u, put: '``' },
  { when: /``/, find: /``/gu, put: ' `` ' },
  { when: /"|''/, find: /([ ([{<])("|'{2})/gu, put: '$1 `` ' },
  {
    when: /'/,
    find: new RegExp(`(?<!${WORD})'(?!(?:re|ve|ll|m|t|s|d|n)(?!${WORD}))(?=${WORD})`, 'giu'),
    put: "' ",
  },
  // Punctuation. The lookahead with a back-reference emulates Python's possessive quantifier.
  { when: /\./, find: new RegExp(`([^.])(\\.)(?=([\\])}>"'»”’ ]*))\\3${SPACE}*$`, 'u'), put: '$1 $2 $3 ' },
  { when: /[:,]/, find: /([:,])(\P{Nd})/gu, put: ' $1 $2' },
  { when: /[:,]/, find: /([:,])(?=\n?$)/u, put: ' $1 ' },
  { when: /\.\./, find: /\.{2,}/gu, put: ' $& ' },
  { find: /[;@#$%&]/gu, put: ' $& ' },
  { find: /[\u2012-\u2015]/gu, put: ' $& ' },
  { when: /\./, find: new RegExp(`([^.])(\\.)(?=([\\])}>"']*))\\3${SPACE}*$`, 'u'), put: '$1 $2$3 ' },
  { find: /[?!]/gu, put: ' $& ' },
  { when: /'/, find: /([^'])' /gu, put: "$1 ' " },
  { find: /\*/gu, put: ' * ' },
  { find: /[\][(){}<>]/gu, put: ' $& ' },
  { when: /--/, find: /--/gu, put: ' -- ' },
];

const AFTER_PADDING: Rule[] = [
  // Closing quotes and clitics.
  { find: /[»”’]/gu, put: ' $& ' },
  { when: /''/, find: /''/gu, put: " '' " },
  { when: /"/, find: /"/gu, put: " '' " },
  { find: new RegExp(`${SPACE}+`, 'gu'), put: ' ' },
  { when: /'/, find: /([^' ])('[sS]|'[mM]|'[dD]|') /gu, put: '$1 $2 ' },
  { when: /'/, find: /([^' ])('ll|'LL|'re|'RE|'ve|'VE|n't|N'T) /gu, put: '$1 $2 ' },
  contraction('can', 'not'),
  contraction('d', "'ye"),
  contraction('gim', 'me'),
  contraction('gon', 'na'),
  contraction('got', 'ta'),
  contraction('lem', 'me'),
  contraction('more', "'n"),
  contraction('wan', 'na', undefined, `(?=[${PY_SPACE}])`),
  contraction("'t", 'is', ' '),
  contraction("'t", 'was', ' '),
];
