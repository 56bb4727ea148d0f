import { tokenizer } from 'acorn';

/** A place in the text of a cell. */
export interface Place {
  /** The cell's id. */
  cell: number;
  /** From 1. */
  line: number;
  /** From 1. */
  column: number;
}

/** A position as engines report it; both count from 1. */
type Position = Pick<Place, 'line' | 'column'>;

/** How the compiled text of a cell came from its source. */
export interface Compiled {
  source: string;
  /** The function that the notebook kit made of it: a header, the lines of the source, an end. */
  body: string;
  /** The guarded text, which is what the engine runs. */
  code: string;
  /** The offset in `body` of an offset in `code`. */
  bodyOffset: (at: number) => number;
}

/** The name under which the engine knows a cell's code. */
export const codeName = (cell: number): string => `cell-${cell}.js`;

const FRAME = /\bcell-(\d+)\.js:(\d+):(\d+)/g;

/** The places of a stack trace that are in cells, in the engine's positions, innermost first. */
export function cellFrames(stack = ''): Place[] {
  return [...stack.matchAll(FRAME)].map(([, cell, line, column]) => ({
    cell: Number(cell),
    line: Number(line),
    column: Number(column),
  }));
}

/** The position in the source of a position in the guarded code; undefined if it is in what was added. */
export function sourcePosition({ source, body, code, bodyOffset }: Compiled, at: Position): Position | undefined {
  const inBody = positionOf(body, bodyOffset(offsetOf(code, at)));
  const header = /^[^\n]*\n(?:return \(\n)?/.exec(body)?.[0] ?? '';
  // The kit drops an empty first line.
  const line = inBody.line - (header.split('\n').length - 1) + (source.startsWith('\n') ? 1 : 0);
  const text = source.split('\n')[line - 1];
  if (text === undefined) return undefined;
  // Markdown and HTML begin with a tag, and their backslashes are doubled: after one, the column is too large.
  const shift = Math.max(0, (body.split('\n')[inBody.line - 1] ?? '').indexOf(text));
  return { line, column: Math.min(Math.max(1, inBody.column - shift), text.length + 1) };
}

/** The position that the parser reports of an error in the text of a cell, and its message without it. */
export function syntaxPosition(error: SyntaxError): (Position & { message: string }) | undefined {
  const [, message = '', line = '', column = ''] = /^(.*) \((\d+):(\d+)\)$/s.exec(error.message) ?? [];
  return line === '' ? undefined : { message, line: Number(line), column: Number(column) + 1 };
}

/**
 * The name that stopped a cell before its code ran: nobody declares it, two cells do, or the cell that does failed;
 * undefined for other errors.
 */
export function unresolvedName(error: Error & { input?: unknown }): string | undefined {
  if (error.name !== 'RuntimeError') return undefined;
  return typeof error.input === 'string' ? error.input : /^(\S+) is defined more than once$/.exec(error.message)?.[1];
}

/** Where JavaScript uses a name first. */
export function firstUse(source: string, name: string): Position | undefined {
  try {
    let before = '';
    for (const token of tokenizer(source, { ecmaVersion: 'latest', sourceType: 'module', locations: true })) {
      const text = source.slice(token.start, token.end);
      if (text === name && before !== '.' && before !== '?.' && token.loc)
        return { line: token.loc.start.line, column: token.loc.start.column + 1 };
      before = text;
    }
  } catch {
    // Markdown and HTML are not made of tokens.
  }
  return undefined;
}

function offsetOf(text: string, { line, column }: Position): number {
  let start = 0;
  for (let i = 1; i < line; i++) {
    const end = text.indexOf('\n', start);
    if (end < 0) break;
    start = end + 1;
  }
  return Math.min(text.length, start + column - 1);
}

function positionOf(text: string, offset: number): Position {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
