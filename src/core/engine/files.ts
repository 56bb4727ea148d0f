import { LabError } from '../error.ts';
import { parseJson } from '../json.ts';
import type { AdapterBase, KnownValues } from '../formats/manifest.ts';
import type { LoadOptions } from './engine.ts';

/** Advice for a file of a model that is damaged. */
export const GET_AGAIN = 'Get the file again from the source of the model.';

/** One file of a model; `path` is relative to the model's folder, with forward slashes. */
export interface ModelFile {
  path: string;
  bytes: number;
  /** Lower-case hexadecimal, if a manifest gives it. */
  sha256?: string;
}

/** A file that is open: its bytes can be read while others wait. */
export interface OpenFile {
  /**
   * Fills `target` with the bytes from `offset` on. Memory that is used again costs less than new memory.
   * @throws {LabError} `bad-file` when the file ends before that.
   */
  read(offset: number, target: Uint8Array<ArrayBuffer>): void;
  close(): void;
}

/** A model's files, wherever they are stored. */
export interface ModelFiles {
  /** The model's name in errors. */
  readonly name: string;
  readonly list: readonly ModelFile[];
  /**
   * A Blob is read lazily, so opening large files costs nothing.
   * @throws {LabError} `missing-file` when the model has no such file.
   */
  open(path: string): Promise<Blob>;
  /**
   * Opens a file whose bytes can be read at once, which is less work than reading a blob; undefined where that is
   * impossible.
   * @throws {LabError} like `open`.
   */
  openNow?: ((path: string) => Promise<OpenFile | undefined>) | undefined;
  /** Fetches those of `paths` that are not on this device yet, so that opening them is quick. */
  ensure(paths: string[], options: LoadOptions): Promise<void>;
  /** What the model computes, if its manifest says so. */
  readonly selfTest?: KnownValues | undefined;
  /** Of an adapter: the base that it was made for, if its manifest says so. */
  readonly madeFor?: AdapterBase | undefined;
  /** Names the weights by their contents, if that is known without reading them. */
  readonly contents?: string | undefined;
  /** In Node, the absolute folder that contains the files. */
  readonly directory?: string;
}

export function hasFile(files: ModelFiles, path: string): boolean {
  return files.list.some((file) => file.path === path);
}

export function missingFile(name: string, path: string): LabError {
  return new LabError({
    code: 'missing-file',
    where: name,
    what: `The file ${path} is missing.`,
    todo: 'Add it to the folder and add the model again.',
  });
}

/** Reads a JSON file; undefined when it is `optional` and missing. */
export async function readJson(files: ModelFiles, path: string, optional = false): Promise<unknown> {
  if (!hasFile(files, path)) {
    if (optional) return undefined;
    throw missingFile(files.name, path);
  }
  const text = await (await files.open(path)).text();
  return parseJson(text, `${files.name}/${path}`, {
    what: text.trimStart().startsWith('<') ? 'It is a web page instead of JSON' : 'It is not valid JSON',
    todo: GET_AGAIN,
  });
}
