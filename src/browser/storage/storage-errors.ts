import { LabError } from '../../core/error.ts';
import { databasesSilent } from './open-database.ts';

/**
 * Whether the browser gives this page no database at all: as in some private windows, or where site data is blocked.
 */
export function storageMissing(): boolean {
  try {
    return typeof indexedDB === 'undefined' || refused || databasesSilent();
  } catch {
    // Some browsers throw where the name is only looked at.
    return true;
  }
}

/** A browser has the interface and opens no database for this page. */
let refused = false;
const REFUSALS = new Set(['SecurityError', 'InvalidStateError', 'NotAllowedError']);

/**
 * Notes what opening a database threw.
 * @throws {Error} the error, as it was given.
 */
export function openingFailed(error: unknown): never {
  if (error instanceof DOMException && REFUSALS.has(error.name)) refused = true;
  throw error;
}

/** What the lab keeps in databases, as a person calls it. */
export type StoredThings =
  'conversations' | 'notebooks' | 'runs' | 'datasets' | 'comparisons' | 'training runs' | 'self-tests';
/** These can be saved to a file first. */
const EXPORTED = new Set<StoredThings>(['conversations', 'notebooks', 'runs']);

/** What a failure of IndexedDB means for the person; `things` is what is stored there. */
export function storageError(error: unknown, things: StoredThings): LabError {
  if (error instanceof LabError) return error;
  if (storageMissing()) {
    return new LabError(
      {
        code: 'unsupported',
        what: 'This browser gives the page no storage, so nothing outlives this visit.',
        where: 'The storage of this page',
        todo:
          'Allow site data for this ' +
          `page${EXPORTED.has(things) ? `, or export your ${things} before you leave` : ''}.`,
      },
      { cause: error },
    );
  }
  const name = error instanceof Error || error instanceof DOMException ? error.name : '';
  if (name === 'QuotaExceededError') {
    return new LabError(
      {
        code: 'quota',
        what: `There is no room left to save ${things}; what you see is kept until this page is closed.`,
        where: 'The storage of this page',
        todo: EXPORTED.has(things)
          ? `Export your ${things}, then remove models or ${things} you no longer need.`
          : `Remove models or ${things} you no longer need.`,
      },
      { cause: error },
    );
  }
  if (name === 'VersionError') {
    return new LabError(
      {
        code: 'unsupported',
        what: `A newer version of the lab wrote the ${things} stored here.`,
        where: 'The storage of this page',
        todo: 'Reload the page to get that version.',
      },
      { cause: error },
    );
  }
  return LabError.from(error, {
    code: 'io',
    what: 'The browser could not read or write its storage.',
    where: 'The storage of this page',
    todo: EXPORTED.has(things) ? `Export your ${things} and reload the page.` : 'Reload the page.',
  });
}
