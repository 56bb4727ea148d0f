import { MAX_RECORD } from './limits.ts';

/**
 * Splits a text that arrives in pieces into lines, without line breaks; `\r\n` ends a line, too. Of a line that is
 * longer than any record, just enough is kept to detect that.
 */
export class LineSplitter {
  #parts: string[] = [];
  #length = 0;

  *push(text: string): Generator<string, void> {
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      yield this.#take(text.slice(from, end));
      from = end + 1;
    }
    if (from < text.length) this.#keep(text.slice(from));
  }

  /** The last line, if the text does not end with a line break. */
  *end(): Generator<string, void> {
    if (this.#parts.length > 0) yield this.#take('');
  }

  #keep(part: string): void {
    if (this.#length <= MAX_RECORD) this.#parts.push(part);
    this.#length += part.length;
  }

  #take(rest: string): string {
    this.#keep(rest);
    const line = this.#parts.join('');
    this.#parts = [];
    this.#length = 0;
    return line.endsWith('\r') ? line.slice(0, -1) : line;
  }
}
