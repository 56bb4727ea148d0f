/**
 * Text primitives as CPython 3 defines them. The reference metrics are Python programs, and JavaScript's `\s`,
 * `trim` and string indices differ from Python's on rare characters (U+001C to U+001F, U+0085, U+FEFF, emoji).
 */

/** The contents of a character class: whitespace of Python's `str.isspace` and `re`'s `\s`. */
export const PY_SPACE = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';

const WORDS = new RegExp(`[^${PY_SPACE}]+`, 'g');
const TRAILING_SPACE = new RegExp(`[${PY_SPACE}]$`);
const ALL_SPACE = new RegExp(`[${PY_SPACE}]+`, 'g');

/** Python's `text.split()`. */
export function pySplit(text: string): string[] {
  return text.match(WORDS) ?? [];
}

/** Python's `text.rstrip()`. */
export function pyRstrip(text: string): string {
  let end = text.length;
  while (end > 0 && TRAILING_SPACE.test(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

/** Python's `''.join(text.split())`. */
export function withoutSpace(text: string): string {
  return text.replace(ALL_SPACE, '');
}

/** The characters of a text as Python indexes them. */
export function codePoints(text: string): number[] {
  const points: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const point = text.codePointAt(i) as number;
    points.push(point);
    if (point > 0xffff) i++;
  }
  return points;
}
