import { autoType, csvParse, csvParseRows, tsvParse, tsvParseRows } from 'd3';
import { LabError } from '../../core/error.ts';

export interface TableOptions {
  /** Rows as lists instead of objects by column. */
  array?: boolean;
  /** Whether numbers, dates and truth values are recognised. */
  typed?: boolean | 'auto';
}

/** A file that is attached to the notebook, as cells read it: as in Observable's notebooks. */
export class AttachedFile {
  readonly name: string;
  readonly mimeType: string;
  /** In bytes. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly lastModified: number;
  readonly #file: File;

  constructor(file: File) {
    this.#file = file;
    this.name = file.name;
    this.mimeType = file.type || 'application/octet-stream';
    this.size = file.size;
    this.lastModified = file.lastModified;
  }

  blob(): Promise<Blob> {
    return Promise.resolve(this.#file);
  }

  arrayBuffer(): Promise<ArrayBuffer> {
    return this.#file.arrayBuffer();
  }

  stream(): Promise<ReadableStream> {
    return Promise.resolve(this.#file.stream());
  }

  async text(encoding?: string): Promise<string> {
    return encoding === undefined
      ? this.#file.text()
      : new TextDecoder(encoding).decode(await this.#file.arrayBuffer());
  }

  /** @throws {LabError} `bad-data` when it is not JSON. */
  async json(): Promise<unknown> {
    const text = await this.text();
    try {
      return JSON.parse(text);
    } catch (error) {
      throw LabError.from(error, {
        code: 'bad-data',
        where: this.name,
        what: 'It is not JSON',
        todo: 'For one JSON value per line, split its text() into lines first.',
      });
    }
  }

  async csv(options: TableOptions = {}): Promise<unknown[]> {
    return rows(csvParse, csvParseRows, await this.text(), options);
  }

  async tsv(options: TableOptions = {}): Promise<unknown[]> {
    return rows(tsvParse, tsvParseRows, await this.text(), options);
  }
}

function rows(
  parse: typeof csvParse,
  parseRows: typeof csvParseRows,
  text: string,
  { array = false, typed = false }: TableOptions,
): unknown[] {
  // Spreadsheets write a byte order mark, which would become a part of the first column's name.
  const plain = text.replace(/^\uFEFF/, '');
  if (array) return typed ? parseRows(plain, (row) => autoType(row)) : parseRows(plain);
  return typed ? parse(plain, autoType) : parse(plain);
}

/** The files of a notebook by name, and the function that cells read them with. */
export class Attachments {
  #files = new Map<string, File>();

  /** Replaces all of them. Returns the names of those that were added, removed or changed. */
  replace(files: readonly File[]): Set<string> {
    const before = this.#files;
    this.#files = new Map(files.map((file) => [file.name, file]));
    const names = new Set([...before.keys(), ...this.#files.keys()]);
    return new Set([...names].filter((name) => !isSame(before.get(name), this.#files.get(name))));
  }

  /**
   * The file of a name.
   * @throws {LabError} `missing-file` that says how to attach it.
   */
  readonly open = (name: unknown): AttachedFile => {
    const wanted = String(name);
    const file = this.#files.get(wanted);
    if (file) return new AttachedFile(file);
    const known = [...this.#files.keys()];
    throw new LabError({
      code: 'missing-file',
      where: wanted.slice(0, 200),
      what: 'No file of this name is attached to this notebook.',
      todo:
        'Drop it on the notebook, or press “Attach files” above it. ' +
        (known.length > 0 ? `Attached: ${known.join(', ')}.` : 'Nothing is attached yet.'),
    });
  };
}

function isSame(a: File | undefined, b: File | undefined): boolean {
  return a !== undefined && b !== undefined && a.size === b.size && a.lastModified === b.lastModified;
}
