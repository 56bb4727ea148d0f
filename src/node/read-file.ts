import { readFile, stat } from 'node:fs/promises';
import { LabError, type LabErrorDetail } from '../core/error.ts';

/** Whether an error of the file system says that nothing exists at a path. */
export const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');

/** The error for a path that a person named: `missing-file` when nothing is there, otherwise `io`. */
export const unreadable = (error: unknown, path: string, words: Pick<LabErrorDetail, 'what' | 'todo'>): LabError =>
  LabError.from(error, { code: isMissing(error) ? 'missing-file' : 'io', where: path, ...words });

/**
 * What an attempt to read `path` gives; undefined when nothing exists there.
 * @throws {LabError} `io` when it exists but cannot be read. To take it for missing would replace what it contains.
 */
export async function ifPresent<T>(path: string, attempt: Promise<T>): Promise<T | undefined> {
  try {
    return await attempt;
  } catch (error) {
    if (isMissing(error)) return undefined;
    const todo = 'Check its permissions and the disk.';
    throw LabError.from(error, { code: 'io', where: path, what: 'It cannot be read', todo });
  }
}

/**
 * The text of a file; undefined when it does not exist.
 * @throws {LabError} `io` when it exists but cannot be read.
 */
export const readIfPresent = (path: string): Promise<string | undefined> => ifPresent(path, readFile(path, 'utf8'));

/**
 * Whether a file or folder exists.
 * @throws {LabError} `io` when that cannot be found out.
 */
export const exists = async (path: string): Promise<boolean> => (await ifPresent(path, stat(path))) !== undefined;

/**
 * The text of a file that a person named.
 * @throws {LabError} `missing-file` or `io` with these words when it cannot be read.
 */
export const readText = (path: string, words: Pick<LabErrorDetail, 'what' | 'todo'>): Promise<string> =>
  readFile(path, 'utf8').catch((error: unknown) => {
    throw unreadable(error, path, words);
  });
