import { MAX_RECORD } from './limits.ts';
import { LineSplitter } from './lines.ts';

/** The text of one record of a JSON file, not yet parsed. */
export interface RecordText {
  /** Where it begins, counted from 1. */
  line: number;
  text: string;
  /** Why the text cannot be parsed. */
  problem?: string;
}

/** Splits a text that arrives in pieces into records. */
export interface RecordSplitter {
  /** Whether each record is a line, so that its line number identifies it. */
  readonly byLine: boolean;
  push(text: string): Iterable<RecordText>;
  end(): Iterable<RecordText>;
}

/**
 * Chooses how to split a JSON file by its beginning: elements of a list, objects over several lines, or one object per
 * line. A malformed record does not affect others.
 */
export function recordSplitter(beginning: string): RecordSplitter {
  if (/^\s*\[/.test(beginning)) return new ValueSplitter(1);
  return /^\s*\{\s*?[\r\n]/.test(beginning) ? new ValueSplitter(0) : new JsonLines();
}

const TOO_LONG = `The record is longer than ${MAX_RECORD / 2 ** 20} million characters.`;

/** JSON lines: one record per line; blank lines are skipped. */
class JsonLines implements RecordSplitter {
  readonly byLine = true;
  readonly #lines = new LineSplitter();
  #line = 0;

  *push(text: string): Generator<RecordText, void> {
    for (const line of this.#lines.push(text)) yield* this.#record(line);
  }

  *end(): Generator<RecordText, void> {
    for (const line of this.#lines.end()) yield* this.#record(line);
  }

  *#record(text: string): Generator<RecordText, void> {
    this.#line++;
    if (text.length > MAX_RECORD) yield { line: this.#line, text: '', problem: TOO_LONG };
    else if (text.trim() !== '') yield { line: this.#line, text };
  }
}

const [NEWLINE, SPACE, QUOTE, COMMA, BACKSLASH] = [10, 32, 34, 44, 92];
const [OPEN, CLOSE, OPEN_BRACE, CLOSE_BRACE] = [91, 93, 123, 125];

/** Values between the brackets of a list (depth 1) or one after another (depth 0), found without parsing them. */
class ValueSplitter implements RecordSplitter {
  readonly byLine = false;
  readonly #base: number;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #line = 1;
  #ended = false;
  #open: { line: number; parts: string[]; length: number } | undefined;

  constructor(base: 0 | 1) {
    this.#base = base;
  }

  *push(text: string): Generator<RecordText, void> {
    /** Start of the open record in this piece. */
    let from = 0;
    for (let i = 0; i < text.length; i++) {
      const char = text.charCodeAt(i);
      if (char === NEWLINE) this.#line++;
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (char === BACKSLASH) this.#escaped = true;
        else if (char === QUOTE) this.#inString = false;
        continue;
      }
      if (char <= SPACE) continue;
      const opens = char === OPEN_BRACE || char === OPEN;
      const closes = char === CLOSE_BRACE || char === CLOSE;
      const between = this.#depth === this.#base;
      if (this.#open && between && (char === COMMA || char === CLOSE)) yield this.#finish(text.slice(from, i));
      if (!this.#open) {
        if (char === COMMA) continue;
        if (char === OPEN && this.#depth < this.#base && !this.#ended) {
          this.#depth++;
          continue;
        }
        if (char === CLOSE && this.#base === 1 && between) {
          this.#depth--;
          this.#ended = true;
          continue;
        }
        this.#open = { line: this.#line, parts: [], length: 0 };
        from = i;
      }
      if (char === QUOTE) this.#inString = true;
      if (opens) this.#depth++;
      if (closes) {
        this.#depth = Math.max(this.#base, this.#depth - 1);
        if (this.#depth === this.#base) yield this.#finish(text.slice(from, i + 1));
      }
    }
    if (this.#open) this.#keep(text.slice(from));
  }

  *end(): Generator<RecordText, void> {
    const { line } = this.#open ?? { line: this.#line };
    if (this.#open && this.#depth > this.#base)
      yield { line, text: '', problem: 'The record does not end: a bracket or a quotation mark is missing.' };
    else if (this.#open) yield this.#finish('');
    if (this.#base === 1 && !this.#ended)
      yield { line: this.#line, text: '', problem: 'The list does not end: the file is cut off.' };
  }

  /** Drops text that is too long, but still looks for its end. */
  #keep(text: string): void {
    if (!this.#open) return;
    this.#open.length += text.length;
    if (this.#open.length > MAX_RECORD) this.#open.parts = [];
    else this.#open.parts.push(text);
  }

  #finish(rest: string): RecordText {
    this.#keep(rest);
    const { line, parts, length } = this.#open ?? { line: this.#line, parts: [], length: 0 };
    this.#open = undefined;
    return length > MAX_RECORD ? { line, text: '', problem: TOO_LONG } : { line, text: parts.join('') };
  }
}
