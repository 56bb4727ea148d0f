import { LabError } from '../../core/error.ts';

/** The error for a missing or evicted file: browsers evict files when the disk runs low. */
export function awayFile(model: string, path: string): LabError {
  return new LabError({
    code: 'missing-file',
    where: model,
    what:
      `The file ${path} is not on this device, or no longer complete: a browser may remove files when the disk is ` +
      'full.',
    todo: 'Add the model again from its files or its address.',
  });
}

/** The error for a stored file whose bytes have changed. */
export function changedFile(model: string, path: string): LabError {
  return new LabError({
    code: 'bad-file',
    where: model,
    what: `The stored file ${path} is damaged: its bytes are not those that were stored.`,
    todo: 'Remove the model and add it again from its files or its address.',
  });
}

export function cutFile(path: string, stored: number, bytes: number): LabError {
  return new LabError({
    code: 'network',
    where: path,
    what: `${stored} bytes were received, but ${bytes} were expected.`,
    todo: 'Try again: a transfer that was cut off resumes where it stopped.',
    retryable: true,
  });
}

export function tooLongFile(path: string, bytes: number): LabError {
  return new LabError({
    code: 'network',
    where: path,
    what: `More than the expected ${bytes} bytes were received; the file was not kept.`,
    todo: 'Try again; if it happens twice, the file or its manifest at the source is wrong.',
  });
}

export function wrongHash(path: string, actual: string | undefined, expected: string): LabError {
  return new LabError({
    code: 'hash-mismatch',
    where: path,
    what: `Its SHA-256 is ${actual ?? 'unknown'}, but the manifest says ${expected}; the file was not kept.`,
    todo: 'Get the file again; if it happens twice, the file or the manifest at its source is wrong.',
  });
}
