import { appendFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { LabError } from '../core/error.ts';
import { ifPresent } from './read-file.ts';

/** How the output path is named: an option of the command, or the setting of a run. */
export type PlaceOption = '--out' | '--set out=';

/** Turns an error of the file system into advice. */
export function diskError(error: unknown, path: string, option: PlaceOption = '--out'): LabError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new LabError(
      {
        code: 'quota',
        what: 'The disk is full.',
        where: path,
        todo: `Free some space or choose another folder with ${option}.`,
      },
      { cause: error },
    );
  }
  return LabError.from(error, {
    code: 'io',
    what: 'The file cannot be written',
    where: path,
    todo: `Check the folder and its permissions, or choose another with ${option}.`,
  });
}

/**
 * Writes a file atomically; a link stays a link.
 * @throws {LabError} `quota` when the disk is full, `io` for other errors. The old file is then intact.
 */
export async function replaceFile(path: string, text: string, option: PlaceOption = '--out'): Promise<void> {
  const target = (await ifPresent(path, realpath(path))) ?? path;
  const temporary = `${target}.partial-${process.pid}`;
  try {
    await writeFile(temporary, text);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw diskError(error, path, option);
  }
}

/**
 * Appends a value to a file of JSON lines. Resolves when the operating system has the line.
 * @throws {LabError} `quota` when the disk is full, `io` for other errors.
 */
export async function appendLine(path: string, value: unknown, option: PlaceOption = '--out'): Promise<void> {
  await appendFile(path, `${JSON.stringify(value)}\n`).catch((error: unknown) => {
    throw diskError(error, path, option);
  });
}
