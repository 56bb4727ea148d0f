import { LabError } from '../core/error.ts';
import { storageMissing } from '../browser/storage/storage-errors.ts';

/**
 * Ignores an error that says that there is no storage at all: then only what is in memory exists.
 * @throws {Error} any other error, unchanged.
 */
export function unlessMissing(error: unknown): void {
  if (!storageMissing()) throw error;
}

/** What says that a conversation no longer exists. */
export const deleted = (name: string): LabError =>
  new LabError({
    code: 'not-found',
    what: 'It was deleted, perhaps in another tab.',
    where: name,
    todo: 'Copy what you need and start a new conversation.',
  });

/** A save in the background that failed. */
export const asLabError = (error: unknown): LabError =>
  LabError.from(error, { code: 'io', what: 'A growing reply could not be saved.' });
