/** A half-open stretch of a text in UTF-16 offsets. */
export interface Stretch {
  start: number;
  end: number;
}

/** Every mark people type where English puts an apostrophe inside a word. */
export const APOSTROPHES = "'’‘ʼ＇`´";
export const ANY_APOSTROPHE = new RegExp(`[${APOSTROPHES}]`, 'u');
const EACH_APOSTROPHE = new RegExp(ANY_APOSTROPHE, 'gu');

/** The text, as long as before, with every apostrophe straight. */
export function straightenApostrophes(text: string): string {
  return text.replace(EACH_APOSTROPHE, "'");
}

const NET_ADDRESS =
  /(?:https?:\/\/|www\.)[^\s<>"“”]+|(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/giu;

const CLOSING = new Set(".,;:!?)]}'’»");

/** Web and mail addresses in `text`, without the closing punctuation of the sentence around them. */
export function findAddresses(text: string): Stretch[] {
  // The whole pattern is slow, and hardly any utterance holds an address.
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
    // A pictograph with its modifiers and joined parts is one mark.
    String.raw`\p{Extended_Pictographic}(?:[\u{FE0F}\u{20E3}]|\p{EMod}|\u{200D}\p{Extended_Pictographic})*`,
    String.raw`[^\s]`,
  ].join('|'),
  'gu',
);

/**
 * Splits a text into words, marks and addresses: ordered, without overlap, and together every character
 * that is not white space. White space is what `\s` matches.
 */
export function segment(text: string): Stretch[] {
  const stretches: Stretch[] = [];
  let from = 0;
  for (const address of findAddresses(text)) {
    appendWords(text, from, address.start, stretches);
    stretches.push(address);
    from = address.end;
  }
  appendWords(text, from, text.length, stretches);
  return stretches;
}

function appendWords(text: string, from: number, to: number, into: Stretch[]): void {
  for (const match of text.slice(from, to).matchAll(WORD_OR_MARK)) {
    into.push({ start: from + match.index, end: from + match.index + match[0].length });
  }
}

/**
 * The text of the kept spans in order: two that touch in the original touch here, all others are one space apart.
 */
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
