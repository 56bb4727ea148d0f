/** A half-open range of a text in UTF-16 offsets. */
export interface TextRange {
  start: number;
  end: number;
}

/** Every character that people type for an apostrophe inside a word. */
export const APOSTROPHES = "'’‘ʼ＇`´";
export const ANY_APOSTROPHE = new RegExp(`[${APOSTROPHES}]`, 'u');
const EACH_APOSTROPHE = new RegExp(ANY_APOSTROPHE, 'gu');

/** The text with every apostrophe straight; its length does not change. */
export function straightenApostrophes(text: string): string {
  return text.replace(EACH_APOSTROPHE, "'");
}

const WEB_ADDRESS = /(?:https?:\/\/|www\.)[^\s<>"“”]+/;
const MAIL_ADDRESS = /(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/u;
const NET_ADDRESS = new RegExp(`${WEB_ADDRESS.source}|${MAIL_ADDRESS.source}`, 'giu');

const CLOSING = new Set(".,;:!?)]}'’»");

/** Web and mail addresses in `text`, without the closing punctuation of the sentence around them. */
export function findAddresses(text: string): TextRange[] {
  // The full pattern is slow, and few utterances contain an address.
  if (!/@|www\.|:\/\//i.test(text)) return [];
  return [...text.matchAll(NET_ADDRESS)].map((match) => {
    let length = match[0].length;
    while (CLOSING.has(match[0].charAt(length - 1))) length--;
    return { start: match.index, end: match.index + length };
  });
}

const WORD_OR_MARK = new RegExp(
  [
    // Abbreviations with dots between single letters: a.m., e.g.
    String.raw`(?<![\p{L}\p{N}])\p{L}(?:\.\p{L})+(?![\p{L}\p{N}])\.?`,
    // Words and numbers, with apostrophes and hyphens inside: don't, well-being.
    String.raw`[\p{L}\p{M}\p{N}]+(?:[${APOSTROPHES}\-‐‑][\p{L}\p{M}\p{N}]+)*`,
    // A pictograph with its modifiers and joined emoji is one mark.
    String.raw`\p{Extended_Pictographic}(?:[\u{FE0F}\u{20E3}]|\p{EMod}|\u{200D}\p{Extended_Pictographic})*`,
    String.raw`[^\s]`,
  ].join('|'),
  'gu',
);

/**
 * Splits a text into words, punctuation marks and addresses: ordered, without overlap, together covering every
 * character that is not white space. White space is what `\s` matches.
 */
export function segment(text: string): TextRange[] {
  const ranges: TextRange[] = [];
  let from = 0;
  for (const address of findAddresses(text)) {
    appendWords(text, from, address.start, ranges);
    ranges.push(address);
    from = address.end;
  }
  appendWords(text, from, text.length, ranges);
  return ranges;
}

function appendWords(text: string, from: number, to: number, into: TextRange[]): void {
  for (const match of text.slice(from, to).matchAll(WORD_OR_MARK)) {
    into.push({ start: from + match.index, end: from + match.index + match[0].length });
  }
}

/** The text of the kept spans in order: spans that touch in the original touch here, all others are one space apart. */
export function joinKept(text: string, spans: readonly { start: number; end: number; keep: boolean }[]): string {
  let joined = '';
  let lastEnd = -1;
  for (const span of spans) {
    if (!span.keep) continue;
    if (joined !== '' && span.start !== lastEnd) joined += ' ';
    joined += text.slice(span.start, span.end);
    lastEnd = span.end;
  }
  return joined;
}
