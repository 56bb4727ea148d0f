/** Cuts a text that comes in pieces into lines, without their ends; `\r\n` ends a line, too. */
export class LineSplitter {
  #parts: string[] = [];

  *push(text: string): Generator<string, void> {
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      yield this.#take(text.slice(from, end));
      from = end + 1;
    }
    if (from < text.length) this.#parts.push(text.slice(from));
  }

  /** The last line, where the text does not end with a line's end. */
  *end(): Generator<string, void> {
    if (this.#parts.length > 0) yield this.#take('');
  }

  #take(rest: string): string {
    const line = this.#parts.length > 0 ? this.#parts.join('') + rest : rest;
    this.#parts = [];
    return line.endsWith('\r') ? line.slice(0, -1) : line;
  }
}
