/**
 * Inserted into text that must not be read as a control token. It is a noncharacter, which no text in interchange
 * contains; a tokenizer drops it after searching for control tokens.
 */
export const MARK = '\ufdd0';

/** The text without marks, as a person or a model reads it. */
export function withoutMarks(text: string): string {
  return text.includes(MARK) ? text.replaceAll(MARK, '') : text;
}

/** Marks a text so that no tokenizer finds a control token in it, for text outside chat templates. */
export function plainText(text: string): string {
  return text.replace(/[^\p{L}\p{N}\s]/gu, `$&${MARK}`);
}

/** The prefix of a marked text that has `length` characters without the marks. */
export function markedPrefix(text: string, length: number): string {
  let seen = 0;
  let end = 0;
  while (end < text.length && (seen < length || text[end] === MARK)) if (text[end++] !== MARK) seen++;
  return text.slice(0, end);
}

/** The two tokens around a model's reasoning, which templates remove from earlier replies by their text. */
const THOUGHTS = ['<think>', '</think>'];
const MARKUP = /^(<[^\s<>]+>|\[[^\s[\]]+\])$/;

export interface AddedToken {
  content: string;
  special?: boolean | undefined;
}

/** Whether text of a user or a dataset must not become this token: a control token, or one that looks like markup. */
export function isControl({ content, special }: AddedToken): boolean {
  return content.length > 1 && (special !== false || (MARKUP.test(content) && !THOUGHTS.includes(content)));
}

/** A name for a token that no written text can contain once its marks are removed. */
export function markedName(token: AddedToken): string {
  return isControl(token) ? MARK + token.content : token.content;
}

/**
 * Returns a function that rewrites a marked prompt with those names: a mark before each control token that the template
 * wrote, none in text that only looks like one.
 */
export function controlNamer(tokens: readonly string[]): (prompt: string) => string {
  if (tokens.length === 0) return withoutMarks;
  const longestFirst = [...tokens].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(`(${longestFirst.map(escaped).join('|')})`);
  return (prompt) =>
    prompt
      .split(pattern)
      .map((piece, i) => (i % 2 === 1 ? MARK + piece : withoutMarks(piece)))
      .join('');
}

/**
 * Returns a function that marks control tokens in a text, and what could become one next to the template's own text: an
 * unfinished token at its end, the rest of one at its beginning. Any other text is returned unchanged.
 */
export function controlMarker(tokens: readonly string[]): (text: string) => string {
  if (tokens.length === 0) return (text) => text;
  const inside = new RegExp(`(?=${tokens.map(escaped).join('|')})[\\s\\S]`, 'giu');
  const beginnings = new Set(tokens.flatMap((token) => parts(token, (at) => token.slice(0, at))));
  const endings = new Set(tokens.flatMap((token) => parts(token, (at) => token.slice(at))));
  const longest = Math.max(...tokens.map(({ length }) => length));
  return (text) => {
    const places = new Set<number>();
    for (const { index, 0: character } of text.matchAll(inside)) places.add(index + character.length);
    const first = text.length - text.trimStart().length;
    const last = text.trimEnd().length;
    for (let length = 1; length < longest; length++) {
      if (last - length >= 0 && beginnings.has(text.slice(last - length, last).toLowerCase()))
        places.add(last - length + 1);
      if (first + length <= last && endings.has(text.slice(first, first + length).toLowerCase())) places.add(first);
    }
    return insertMarks(text, places);
  };
}

function parts(token: string, part: (at: number) => string): string[] {
  return Array.from({ length: token.length - 1 }, (_, i) => part(i + 1).toLowerCase());
}

function insertMarks(text: string, places: ReadonlySet<number>): string {
  let marked = '';
  let from = 0;
  for (const place of [...places].sort((a, b) => a - b)) {
    marked += text.slice(from, place) + MARK;
    from = place;
  }
  return marked + text.slice(from);
}

function escaped(token: string): string {
  return token.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}

/**
 * For engines that tokenise text themselves and recognise control tokens anywhere: an invisible character (U+200B)
 * splits everything that looks like one. The model sees the characters, not the token.
 */
export function splitLookalikes(text: string): string {
  return text.replace(
    /<(?=[|/\uff5c]?[\p{L}\p{N}_.\u2581 -]{1,60}[|\uff5c]?>)|<(?=<\/?SYS>>)|\[(?=\/?[A-Z][A-Z_]{1,40}\])/gu,
    '$&\u200b',
  );
}
